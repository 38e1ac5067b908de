// Keeps one server for all test files of a run: started by the first that asks, ended when the run's process is gone.
import { randomBytes } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startServer } from './server.ts';

const [directory = '', run = ''] = process.argv.slice(2);
const LOOK_MS = 300;

const isThere = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const tell = (said: unknown): void => {
  writeFileSync(join(directory, 'said.new'), JSON.stringify(said));
  renameSync(join(directory, 'said.new'), join(directory, 'said'));
};

try {
  const server = await startServer(join(directory, 'server'), randomBytes(12).toString('hex'));
  tell({ url: server.url, password: server.password });
  while (isThere(Number(run)) && isThere(server.pid))
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
} catch (thrown) {
  tell({ error: String(thrown) });
}
