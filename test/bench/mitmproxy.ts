// mitmproxy before the model, as people would set it up to watch a stream: nothing held back, nothing printed.
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, get } from 'node:http';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { isObject } from '../../src/model/json.ts';

const START_MS = 30_000;

/** @throws Error where it does not answer. */
export async function startMitmproxy(
  upstream: string,
): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const port = await freePort();
  const args = ['--mode', `reverse:${upstream}`, '--listen-host', '127.0.0.1', '-p', port];
  const child = spawn('mitmdump', [...args, '-q', '--set', 'stream_large_bodies=1'], {
    stdio: 'ignore',
  });
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + START_MS;
  while (!(await answers(url))) {
    if (Date.now() > deadline || child.exitCode !== null) throw new Error('mitmdump did not start');
    await sleep(100);
  }
  return { child, url };
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return String(isObject(address) ? address.port : 0);
}

const answers = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const call = get(url, (response) => {
      response.resume();
      resolve(true);
    });
    call.on('error', () => resolve(false));
  });
