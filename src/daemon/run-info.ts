// What a running daemon says about itself in the state directory. A file that a killed daemon left behind is no obstacle:
// whoever reads it asks the socket.
import { chmod, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder, placeFault } from '../model/make-folder.ts';
import { replaceFile } from '../model/replace-file.ts';
import { isObject, numberAt, parseJson, stringAt } from '../model/json.ts';

export interface RunInfo {
  readonly pid: number;
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly socket: string;
  readonly version: string;
  readonly startedAtMs: number;
}

/** @returns null where there is none or it makes no sense. */
export async function readRunInfo(path: string): Promise<RunInfo | null> {
  const value = parseJson(await readText(path));
  if (!isObject(value)) return null;
  const [pid, startedAtMs] = [numberAt(value, 'pid'), numberAt(value, 'startedAtMs')];
  const [url, socket] = [stringAt(value, 'url'), stringAt(value, 'socket')];
  if (pid === null || startedAtMs === null || url === null || socket === null) return null;
  return { pid, url, socket, version: stringAt(value, 'version') ?? '', startedAtMs };
}

export const writeRunInfo = (path: string, info: RunInfo): Promise<void> =>
  writeWhole(path, `${JSON.stringify(info)}\n`);

/** The port that clients were told earlier; 0 for none. */
export async function readPort(path: string): Promise<number> {
  const port = Number((await readText(path)).trim());
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : 0;
}

/** Writes a file of ours at once or not at all: nobody reads half of it. @throws Fault STORE_UNREADABLE, STORE_FULL. */
export async function writeWhole(path: string, text: string): Promise<void> {
  await makePrivate(dirname(path));
  try {
    await replaceFile(path, text, 0o600);
  } catch (thrown) {
    throw placeFault(thrown);
  }
}

/** A directory that only its owner may enter, also where it was there before. */
export async function makePrivate(directory: string): Promise<void> {
  makeFolder(directory);
  await chmod(directory, 0o700).catch((cause: unknown) => {
    throw placeFault(cause);
  });
}

export const removeFile = (path: string): Promise<void> => rm(path, { force: true });

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return ''; // absent: no daemon has run here
  }
}
