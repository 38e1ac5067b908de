// Commits whose attestation has to wait: the key is locked, the store busy, a rebase under way. One JSON line each in
// <common git directory>/aitrail/pending, appended whole, so that several processes may add at once.
import { appendFile, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { arrayAt, isString, objectAt, parseJson, stringAt } from '../model/json.ts';
import type { Predicate } from '../model/statement.ts';
import type { Repository } from './open-repository.ts';

export interface PendingCommit {
  readonly commit: string;
  readonly rewrittenFrom: readonly string[];
  /** As the hook saw it when the commit was made. */
  readonly coverage: Predicate['coverage'];
}

const pathOf = (repository: Repository): string => join(repository.commonDir, 'aitrail', 'pending');

export async function addPending(
  repository: Repository,
  commits: readonly PendingCommit[],
): Promise<void> {
  if (commits.length === 0) return;
  await mkdir(join(repository.commonDir, 'aitrail'), { recursive: true, mode: 0o700 });
  const lines = commits.map((each) => `${JSON.stringify(each)}\n`).join('');
  await appendFile(pathOf(repository), lines, { mode: 0o600 });
}

/** A process that attests is waited for so long, and none that began longer ago than `FRESH_MS`: it hangs. */
const WAIT_MS_MAX = 10_000;
const FRESH_MS = 60_000;
const POLL_MS = 10;

/**
 * Waits while another process attests commits of this repository: git may have gone on before their notes are written
 * (src/hooks/answer-request.ts). Whoever reads notes comes through here.
 */
export async function awaitTakers(repository: Repository): Promise<void> {
  const deadlineMs = Date.now() + WAIT_MS_MAX;
  const isBusy = async (): Promise<boolean> =>
    (await listHeld(repository)).some(({ atMs }) => Date.now() - atMs < FRESH_MS);
  while (Date.now() < deadlineMs && (await isBusy())) await pause(POLL_MS);
}

/** @returns those waiting, oldest first, each once; those that somebody attests just now once that is done. */
export async function readPending(repository: Repository): Promise<readonly PendingCommit[]> {
  await awaitTakers(repository);
  const taken = (await listTaken(repository)).map(({ file }) => file);
  return readQueues([...taken, pathOf(repository)]);
}

/** Ids of commits that another process attests just now. */
export async function readTaken(repository: Repository): Promise<ReadonlySet<string>> {
  const commits = await readQueues((await listHeld(repository)).map(({ file }) => file));
  return new Set(commits.map(({ commit }) => commit));
}

async function readQueues(files: readonly string[]): Promise<readonly PendingCommit[]> {
  // one that is gone has been dealt with
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  return parsePending(texts.join(''));
}

/**
 * Hands the whole queue to one taker; two takers never get the same commit.
 *
 * @returns those waiting; call `done` once they are dealt with or queued again. What a taker that died held is handed
 *   to the next one.
 */
export async function takePending(
  repository: Repository,
): Promise<{ readonly commits: readonly PendingCommit[]; readonly done: () => Promise<void> }> {
  const mine = `${pathOf(repository)}.taken-${process.pid}-${Date.now()}`;
  const abandoned = (await listTaken(repository)).filter(({ isHeld }) => !isHeld);
  const isTaken = await rename(pathOf(repository), mine).then(
    () => true,
    () => false, // nothing waits, or another taker was faster
  );
  const files = [...abandoned.map(({ file }) => file), ...(isTaken ? [mine] : [])];
  const done = async (): Promise<void> => {
    await Promise.all(files.map((file) => rm(file, { force: true })));
  };
  return { commits: await readQueues(files), done };
}

interface TakenQueue {
  readonly file: string;
  readonly pid: number;
  readonly atMs: number;
  /** By a process that is there, this one included. */
  readonly isHeld: boolean;
}

/** By other processes. */
const listHeld = async (repository: Repository): Promise<readonly TakenQueue[]> =>
  (await listTaken(repository)).filter(({ pid, isHeld }) => isHeld && pid !== process.pid);

async function listTaken(repository: Repository): Promise<readonly TakenQueue[]> {
  const folder = join(repository.commonDir, 'aitrail');
  const names = await readdir(folder).catch(() => []); // not even a folder yet
  const taken: TakenQueue[] = [];
  for (const name of names) {
    const [, pid, atMs] = /^pending\.taken-(\d+)-(\d+)$/.exec(name) ?? [];
    if (pid === undefined || atMs === undefined) continue;
    const isHeld = await isAlive(Number(pid));
    taken.push({ file: join(folder, name), pid: Number(pid), atMs: Number(atMs), isHeld });
  }
  return taken;
}

/** Can it still go on? One that was killed may stand in the system's list for as long as nobody asks what became of it. */
async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0); // signal 0 only asks
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
  }
  const stat = await readFile(`/proc/${String(pid)}/stat`, 'latin1').catch(() => ''); // not this system
  // the second field is a name in brackets, which may hold anything; the state comes after it
  return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
}

/** A commit that is there more than once keeps what its own hook saw, and every source that it was once said to have. */
function parsePending(text: string): readonly PendingCommit[] {
  const found = new Map<string, PendingCommit>();
  for (const line of text.split('\n')) {
    const parsed = parseLine(line);
    if (parsed === null) continue;
    const before = found.get(parsed.commit) ?? parsed;
    const rewrittenFrom = [...new Set([...before.rewrittenFrom, ...parsed.rewrittenFrom])];
    found.set(parsed.commit, { ...before, rewrittenFrom });
  }
  return [...found.values()];
}

function parseLine(line: string): PendingCommit | null {
  const value = parseJson(line);
  const commit = stringAt(value, 'commit');
  if (commit === null || !/^[0-9a-f]{40,64}$/.test(commit)) return null;
  const coverage = objectAt(value, 'coverage');
  const recorder = coverage['recorder'];
  return {
    commit,
    rewrittenFrom: arrayAt(value, 'rewrittenFrom').filter(isString),
    coverage: {
      preCommit: coverage['preCommit'] === 'ran' ? 'ran' : 'absent',
      recorder: recorder === 'active' || recorder === 'gap' ? recorder : 'off',
      agentSignals: arrayAt(coverage, 'agentSignals').filter(isString),
    },
  };
}
