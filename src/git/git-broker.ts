// Starts git from a small process instead of this one. To start a process the system copies the page tables of the one
// that asks: from a daemon of 170 MB that takes 11 ms, in which nothing else runs here, from a small process 1 ms.
import { fork, type ChildProcess } from 'node:child_process';
import { packagePlace } from '../model/package-place.ts';
import { startGit, type GitEnd, type GitJob } from './start-git.ts';

export type GitStarter = (job: GitJob) => Promise<GitEnd>;

/** To the broker. The job's number comes back with its end. */
export interface BrokerJob {
  readonly number: number;
  readonly job: GitJob;
}

/** From the broker. */
export interface BrokerEnd {
  readonly number: number;
  readonly end: GitEnd;
}

export interface GitBroker {
  readonly start: GitStarter;
  readonly close: () => void;
}

/** Idle for so long it ends; the next job starts another. */
const IDLE_MS = 60_000;

/** As built, also for those who run from source. */
const MAIN = packagePlace('dist/git/broker-main.js');

interface Helper {
  readonly child: ChildProcess;
  readonly waiting: Map<number, (end: GitEnd | null) => void>;
}

/** Where the broker cannot be started, or dies, git is started from here: nothing but time is lost. */
export function openGitBroker(): GitBroker {
  let helper: Helper | null = null;
  let number = 0;
  const close = (): void => {
    if (helper?.child.connected === true) helper.child.disconnect();
    helper = null;
  };
  const idle = setTimeout(() => {
    if (helper === null || helper.waiting.size === 0) close();
    else idle.refresh();
  }, IDLE_MS).unref();
  const start: GitStarter = async (job) => {
    if (helper?.child.connected !== true) helper = startHelper();
    idle.refresh();
    number += 1;
    return (await ask(helper, { number, job })) ?? startGit(job);
  };
  return { start, close };
}

/** @returns null where the helper cannot do it. */
function ask(helper: Helper, message: BrokerJob): Promise<GitEnd | null> {
  return new Promise((resolve) => {
    helper.waiting.set(message.number, resolve);
    helper.child.send(message, (failed) => {
      if (failed !== null) take(helper, message.number, null);
    });
  });
}

function startHelper(): Helper {
  const child = fork(MAIN, {
    serialization: 'advanced',
    execArgv: [],
    env: {}, // each job brings its own: what the daemon's holds need not stand in one more process
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const helper: Helper = { child, waiting: new Map() };
  child.unref();
  child.channel?.unref();
  child.on('message', (message) => {
    if (isEnd(message)) take(helper, message.number, message.end);
  });
  const fail = (): void => {
    for (const number of helper.waiting.keys()) take(helper, number, null);
  };
  child.on('error', fail);
  child.on('exit', fail);
  child.on('disconnect', fail);
  return helper;
}

function take({ waiting }: Helper, number: number, end: GitEnd | null): void {
  const give = waiting.get(number);
  waiting.delete(number);
  give?.(end);
}

const isEnd = (message: unknown): message is BrokerEnd =>
  typeof message === 'object' && message !== null && 'number' in message && 'end' in message;
