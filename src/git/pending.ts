// Commits whose attestation has to wait: the key is locked, the store busy, a rebase under way. One JSON line each in
// <common git directory>/aitrail/pending, appended whole, so that several processes may add at once.
import { appendFile, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
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

/** @returns those waiting, oldest first, each once. */
export async function readPending(repository: Repository): Promise<readonly PendingCommit[]> {
  return parsePending(await readFile(pathOf(repository), 'utf8').catch(() => '')); // none waits
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
  const isTaken = await rename(pathOf(repository), mine).then(
    () => true,
    () => false, // nothing waits, or another taker was faster
  );
  const files = [...(await findAbandoned(repository)), ...(isTaken ? [mine] : [])];
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  const done = async (): Promise<void> => {
    await Promise.all(files.map((file) => rm(file, { force: true })));
  };
  return { commits: parsePending(texts.join('')), done };
}

async function findAbandoned(repository: Repository): Promise<readonly string[]> {
  const folder = join(repository.commonDir, 'aitrail');
  const names = await readdir(folder).catch(() => []); // not even a folder yet
  return names
    .filter((name) => {
      const pid = Number(/^pending\.taken-(\d+)-/.exec(name)?.[1] ?? 0);
      return pid > 0 && !isAlive(pid);
    })
    .map((name) => join(folder, name));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0); // signal 0 only asks
    return true;
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
  }
}

function parsePending(text: string): readonly PendingCommit[] {
  const found = new Map<string, PendingCommit>();
  for (const line of text.split('\n')) {
    const parsed = parseLine(line);
    if (parsed !== null) found.set(parsed.commit, parsed);
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
