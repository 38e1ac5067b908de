// Output that may be long: to standard output as fast as it is read, or into a file that is whole or not there.
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { Fault } from '../model/fault.ts';
import { bytesText } from '../print/moments.ts';
import type { Invocation } from './command.ts';

/** Takes the next piece of text; resolves when there is room for another. */
export type Sink = (text: string) => Promise<void>;

/** To the file that `--out` names, else to standard output. @throws Fault OUT_UNWRITABLE, and what `fill` throws. */
export async function writeOut(
  { caller, options, out }: Invocation,
  fill: (sink: Sink) => Promise<void>,
): Promise<void> {
  const named = options['out'];
  // what goes to the same terminal is seen as it comes
  const isWatched = typeof named === 'string' || !out.isTty;
  const filling = isWatched ? (sink: Sink) => fill(counted(sink, out)) : fill;
  if (typeof named === 'string') await writeWhole(resolve(caller.cwd, named), filling);
  else await filling(toTerminal(out));
  out.progress('');
}

/** Says on the terminal how much was written. */
function counted(sink: Sink, { progress }: Invocation['out']): Sink {
  let bytes = 0;
  return async (text) => {
    await sink(text);
    bytes += Buffer.byteLength(text);
    progress(`${bytesText(bytes)} written`);
  };
}

/** A pipe that is read slowly holds the reading of the store up, not the memory. */
const toTerminal =
  (out: Invocation['out']): Sink =>
  async (text) => {
    out.write(text);
    if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
  };

/** The file is there when all of it is, or as it was before. @throws Fault OUT_UNWRITABLE. */
async function writeWhole(path: string, fill: (sink: Sink) => Promise<void>): Promise<void> {
  const draft = `${path}.${String(process.pid)}.part`;
  const file = createWriteStream(draft, { mode: 0o600, flags: 'wx' });
  const opened = once(file, 'open').catch((cause: unknown) => {
    throw new Fault('OUT_UNWRITABLE', `${path} cannot be written`, { cause });
  });
  await opened;
  try {
    await fill(async (text) => {
      if (!file.write(text)) await once(file, 'drain');
    });
    file.end();
    await finished(file);
    await rename(draft, path);
  } catch (thrown) {
    const { errored } = file;
    file.destroy();
    await rm(draft, { force: true });
    if (errored === null) throw thrown;
    throw new Fault('OUT_UNWRITABLE', `${path} cannot be written: ${errored.message}`, {
      cause: errored,
    });
  }
}
