// The small process that starts git for a large one (git-broker.ts). It ends when the other one does.
import type { BrokerEnd, BrokerJob } from './git-broker.ts';
import { startGit } from './start-git.ts';

const isJob = (message: unknown): message is BrokerJob =>
  typeof message === 'object' && message !== null && 'number' in message && 'job' in message;

process.on('message', (message) => {
  if (!isJob(message)) return;
  void answer(message);
});
async function answer({ number, job }: BrokerJob): Promise<void> {
  const ended: BrokerEnd = { number, end: await startGit(job) };
  // who asked may be gone
  if (process.connected) process.send?.(ended);
}
process.on('disconnect', () => process.exit());
