// aitrail witness: cosigning other logs' checkpoints, so that none of them can show two people two histories.
import { once } from 'node:events';
import { showWitness, startWitness, watchLog } from '../flow/log/run-witness.ts';
import { Fault } from '../model/fault.ts';
import type { CommandSpec, Invocation } from './command.ts';
import { printDocument } from './output.ts';

export const commands: readonly CommandSpec[] = [
  {
    name: 'witness',
    usage: '',
    summary: "say this witness's key, and which logs it watches",
    options: [{ flags: '--json', description: 'one JSON document' }],
    example: 'witness',
    run: async ({ caller, options, out }) => {
      const { vkey, logs } = showWitness(caller);
      if (options['json'] === true) printDocument(out, { schema: 'aitrail.witness/1', vkey, logs });
      else out.write([`key   ${vkey}`, ...logs.map((log) => `log   ${log}`), ''].join('\n'));
      return 0;
    },
  },
  {
    name: 'witness add',
    usage: '<vkey>',
    summary: 'watch a log: the line `key` of its `aitrail log`',
    options: [],
    example: 'witness add KEY',
    run: async ({ caller, words, out }) => {
      const isNew = watchLog(caller, words[0] ?? '');
      out.write(isNew ? 'watched from now on\n' : 'watched already\n');
      return 0;
    },
  },
  {
    name: 'witness serve',
    usage: '',
    summary: 'cosign over HTTP (c2sp.org/tlog-witness) until stopped',
    options: [
      { flags: '--host <address>', description: 'listen there (default 127.0.0.1)' },
      { flags: '--port <number>', description: 'listen on this port (default: any)' },
    ],
    example: 'witness serve --port 7380',
    run: serve,
  },
];

async function serve({ caller, options, out }: Invocation): Promise<number> {
  const host = typeof options['host'] === 'string' ? options['host'] : '127.0.0.1';
  const door = await startWitness(caller, {
    host,
    port: readPort(options['port']),
    warn: (text) => out.note(`${text}\n`),
  });
  out.write(`${door.url}\n`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await door.close();
  return 0;
}

function readPort(value: Invocation['options'][string]): number {
  if (value === undefined) return 0;
  const port = Number(value);
  if (/^\d{1,5}$/.test(String(value)) && port < 65_536) return port;
  throw new Fault('USAGE', `${String(value).slice(0, 40)} is no port`);
}
