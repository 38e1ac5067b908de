// aitrail proxy: the daemon, started, stopped and looked at.
import { once } from 'node:events';
import { readDaemonLog, readDaemonStatus } from '../flow/daemon/daemon-status.ts';
import { noteAgent } from '../flow/session/refuse-agent.ts';
import { ensureDaemon, stopDaemon } from '../flow/daemon/find-daemon.ts';
import { Fault } from '../model/fault.ts';
import { plainText } from '../print/plain-text.ts';
import { statusDocument, statusLines } from '../print/proxy-lines.ts';
import type { CommandSpec, Invocation } from './command.ts';
import { entryScript } from './entry.ts';

export const commands: readonly CommandSpec[] = [
  {
    name: 'proxy start',
    usage: '',
    summary: 'start the daemon, if it does not run already',
    options: [
      { flags: '--foreground', description: 'stay here until stopped' },
      { flags: '--port <number>', description: 'listen on this port of 127.0.0.1' },
    ],
    example: 'proxy start',
    run: start,
  },
  {
    name: 'proxy stop',
    usage: '',
    summary: 'let the daemon finish what is under way and end',
    options: [],
    example: 'proxy stop',
    run: async ({ caller, out }) => {
      await noteAgent(caller, 'proxy stop');
      out.write((await stopDaemon(caller.env)) ? 'stopped\n' : 'not running\n');
      return 0;
    },
  },
  {
    name: 'proxy status',
    usage: '',
    summary: 'say whether the daemon runs, where, and what it has recorded',
    options: [{ flags: '--json', description: 'as one JSON document' }],
    example: 'proxy status --json',
    run: async ({ caller, options, out }) => {
      const status = await readDaemonStatus(caller);
      out.write(options['json'] === true ? statusDocument(status) : statusLines(status));
      return 0;
    },
  },
  {
    name: 'proxy logs',
    usage: '',
    summary: "print the end of the daemon's log",
    options: [{ flags: '-n, --lines <count>', description: 'how many lines (default: 100)' }],
    example: 'proxy logs --lines 20',
    run: async ({ caller, options, out }) => {
      const lines = readCount(options['lines'] ?? '100', { name: '--lines', most: 100_000 });
      out.write(plainText(await readDaemonLog(caller, lines)));
      return 0;
    },
  },
];

async function start({ caller, options, out }: Invocation): Promise<number> {
  const asked = options['port'];
  const port = asked === undefined ? null : readCount(asked, { name: '--port', most: 65_535 });
  if (options['foreground'] !== true) {
    const info = await ensureDaemon(caller, { port, script: entryScript() });
    if (port !== null && info.url !== `http://127.0.0.1:${String(port)}`)
      throw new Fault('DAEMON_RUNNING', `a daemon runs already, at ${info.url}`, {
        fix: 'stop it first: aitrail proxy stop',
      });
    out.write(`${info.isNew ? 'started' : 'running'} at ${info.url}\n`);
    return 0;
  }
  process.stderr.on('error', () => undefined); // whoever started us may have gone
  const { serve, handleHook } = await import('./daemon-parts.ts');
  const stopped = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  await serve({ caller, port, hook: handleHook, stopped }, (info) =>
    out.note(`serving at ${info.url}\n`),
  );
  return 0;
}

function readCount(
  value: Invocation['options'][string],
  { name, most }: { readonly name: string; readonly most: number },
): number {
  const number = Number(value);
  if (Number.isInteger(number) && number > 0 && number <= most) return number;
  throw new Fault('USAGE', `${name} ${String(value)} is no number from 1 to ${String(most)}`, {
    fix: 'see aitrail proxy --help',
  });
}
