// aitrail gateway: the shared proxy of a team, in the foreground; whoever runs it keeps it running.
import { once } from 'node:events';
import { resolve } from 'node:path';
import { makeLogKey } from '../flow/gateway/make-log-key.ts';
import { serveGateway } from '../flow/gateway/serve-gateway.ts';
import type { CommandSpec, Invocation } from './command.ts';

export const command: CommandSpec = {
  name: 'gateway',
  usage: '',
  summary: 'serve a team: PostgreSQL behind it, TLS and identity tokens before it',
  options: [
    {
      flags: '--config <file>',
      description: 'the organisation’s file (default: AITRAIL_POLICY, /etc/aitrail/policy.yaml)',
    },
    {
      flags: '--new-log-key <file>',
      description: 'write a key for the log, which all gateways of a store share, and end',
    },
  ],
  example: 'gateway --config /etc/aitrail/gateway.yaml',
  run,
};

async function run({ caller, options, out }: Invocation): Promise<number> {
  const keyFile = options['newLogKey'];
  if (typeof keyFile === 'string') {
    out.write(`${await makeLogKey(resolve(caller.cwd, keyFile))}\n`);
    return 0;
  }
  const file = options['config'];
  const env =
    typeof file === 'string'
      ? { ...caller.env, AITRAIL_POLICY: resolve(caller.cwd, file) }
      : caller.env;
  process.stderr.on('error', () => undefined); // whoever started us may have gone
  const first = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  const second = first.then(() =>
    Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]),
  );
  await serveGateway(
    {
      caller: { ...caller, env },
      stopped: first,
      cut: second,
      onReload: (act) => void process.on('SIGHUP', act),
      write: (line) => out.note(`${new Date().toISOString()} ${line}\n`),
    },
    (url) => out.write(`serving at ${url}\n`),
  );
  return 0;
}
