// A repository of ours that follows one elsewhere, and packs on their way there: they are unpacked beside it, and what is
// read through both is seen by nobody else until it is taken.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type FileHandle, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Caller } from '../model/caller.ts';
import { Fault } from '../model/fault.ts';
import { gitEnv, gitText, runGit } from './run-git.ts';

export interface MirrorPlace {
  /** Its worktree, which stays empty. */
  readonly directory: string;
  readonly url: string;
  /** Of the ids, as the client says: what counts where the repository is empty. */
  readonly format: 'sha1' | 'sha256';
  /** With all files. Default: those that are looked at, where the server can. */
  readonly isWhole?: boolean;
}

/** Tags as they are there, branches as a clone has them: without files, which git brings when one is looked at. */
const CODE = ['+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*'];
/** Notes are all read. */
const NOTES = '+refs/notes/*:refs/notes/*';
/** These only come. */
const APPROVALS = 'refs/aitrail/approvals/*:refs/aitrail/approvals/*';
const FETCH = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance'];
const ANY = [0, 1, 128] as const;

/**
 * Makes it where there is none, and brings it up to date: one question where nothing has changed.
 *
 * @throws Fault GIT_FAILED.
 */
export async function refreshMirror(caller: Caller, place: MirrorPlace): Promise<void> {
  await mkdir(place.directory, { recursive: true, mode: 0o700 });
  const said = await gitText(caller, ['ls-remote', '--quiet', '--symref', place.url]);
  const there = parseRefs(said);
  const [id = ''] = there[0]?.split(' ') ?? [];
  await make(caller, place, id === '' ? place.format : formatOf(id));
  const here = new Set((await gitText(caller, ['for-each-ref', `--format=${LISTED}`])).split('\n'));
  const others = there.filter((line) => !isApproval(line));
  const known = [...here].filter((line) => FOLLOWED.test(line)).length;
  if (others.length !== known || others.some((line) => !here.has(line)))
    await fetchAll(caller, known === 0);
  if (!(await isComplete(caller, place, others)))
    return refreshMirror(caller, { ...place, isWhole: true });
  // some may be here with another content, which stays
  if (there.some((line) => isApproval(line) && !here.has(line)))
    await runGit(caller, [...FETCH, '--no-filter', 'origin', APPROVALS], { okExits: [0, 1] });
  await followHead(caller, said);
}

/** A server that leaves out no files, because it does not know how, sends them with the first. */
async function fetchAll(caller: Caller, isFirst: boolean): Promise<void> {
  // what is new is what the next push is a change of
  const files = isFirst ? [] : ['--no-filter'];
  await runGit(caller, [...FETCH, ...files, '--prune', 'origin', ...CODE]);
  await runGit(caller, [...FETCH, '--no-filter', '--prune', 'origin', NOTES]);
}

/** Does the server give a file by its id, where it was left out? Some leave out and do not give. */
async function isComplete(
  caller: Caller,
  { isWhole = false }: MirrorPlace,
  there: readonly string[],
): Promise<boolean> {
  const [tip] = there.find((line) => line.includes(' refs/remotes/origin/'))?.split(' ') ?? [];
  if (isWhole || tip === undefined) return true;
  const [, file] = / blob ([0-9a-f]+)\t/.exec(await gitText(caller, ['ls-tree', tip])) ?? [];
  if (file === undefined) return true;
  return (await runGit(caller, ['cat-file', '-e', file], { okExits: ANY })).exit === 0;
}

const isApproval = (line: string): boolean => line.includes(' refs/aitrail/');

const LISTED = '%(objectname) %(refname)';
const FOLLOWED = /^\S+ refs\/(?:remotes\/origin\/(?!HEAD$)|tags\/|notes\/)/;

/** @returns `ID NAME` of what is followed, with the name that it has here. */
const parseRefs = (said: string): readonly string[] =>
  said.split('\n').flatMap((line) => {
    const [, id = '', name] = /^([0-9a-f]+)\t(refs\/\S+)$/.exec(line) ?? [];
    if (name === undefined || name.endsWith('^{}')) return [];
    if (!/^refs\/(?:heads|tags|notes|aitrail\/approvals)\//.test(name)) return [];
    return [`${id} ${name.replace(/^refs\/heads\//, 'refs/remotes/origin/')}`];
  });

const formatOf = (id: string): MirrorPlace['format'] => (id.length === 64 ? 'sha256' : 'sha1');

/** Anew where it was made for ids of another kind, or is to have all files. */
async function make(
  caller: Caller,
  { directory, url, isWhole = false }: MirrorPlace,
  format: MirrorPlace['format'],
): Promise<void> {
  const own = join(directory, '.git');
  const config = await readFile(join(own, 'config'), 'utf8').catch(() => null); // not made yet
  const isIt = config !== null && /objectformat = sha256/i.test(config) === (format === 'sha256');
  if (isIt && !(isWhole && /promisor/i.test(config))) return;
  await rm(own, { recursive: true, force: true });
  await runGit(caller, ['init', '--quiet', '--template=', `--object-format=${format}`, '.']);
  await runGit(caller, ['config', 'remote.origin.url', url]);
  if (isWhole) return;
  await runGit(caller, ['config', 'remote.origin.promisor', 'true']);
  await runGit(caller, ['config', 'remote.origin.partialclonefilter', 'blob:none']);
}

/** Its HEAD is the default branch there: what is in force stands in it. */
async function followHead(caller: Caller, said: string): Promise<void> {
  const branch = /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(said)?.[1];
  const id = /^([0-9a-f]+)\tHEAD$/m.exec(said)?.[1];
  if (branch === undefined || id === undefined) return;
  const name = ['refs/remotes/origin/HEAD', `refs/remotes/origin/${branch}`];
  await runGit(caller, ['symbolic-ref', ...name]);
  await runGit(caller, ['update-ref', '--no-deref', 'HEAD', id]);
}

/** A pack that is read and not taken. Remove it. */
export interface Quarantine {
  /** Reads through it. */
  readonly caller: Caller;
  readonly directory: string;
}

/** @param caller of the mirror. */
export async function openQuarantine(caller: Caller): Promise<Quarantine> {
  const objects = join(caller.cwd, '.git', 'objects');
  const directory = await mkdtemp(join(caller.cwd, '.git', 'incoming-'));
  const env = {
    ...caller.env,
    GIT_OBJECT_DIRECTORY: directory,
    GIT_ALTERNATE_OBJECT_DIRECTORIES: objects,
  };
  return { caller: { ...caller, env }, directory };
}

export const removeQuarantine = ({ directory }: Quarantine): Promise<void> =>
  rm(directory, { recursive: true, force: true, maxRetries: 5 });

/** @param pack from its first byte. @returns why git does not take it; null where it does. */
export async function takePack(
  { caller }: Quarantine,
  pack: FileHandle,
  from: number,
): Promise<string | null> {
  // not --strict: files that did not change are not here. That none is missing the server looks
  const args = ['--no-optional-locks', 'index-pack', '--stdin', '--fix-thin', '--fsck-objects'];
  const child = spawn('git', args, {
    cwd: caller.cwd,
    env: gitEnv(caller),
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  child.stdin.on('error', () => undefined); // it ended early: its exit status says why
  pack.createReadStream({ start: from, autoClose: false }).pipe(child.stdin);
  const [err] = await Promise.all([text(child.stderr), once(child, 'close')]);
  if (child.exitCode === 0) return null;
  return err.trim().split('\n').at(-1) ?? 'index-pack failed';
}

/** A pack of what these tips have and the mirror's refs have not. */
export async function packOf({ caller }: Quarantine, tips: readonly string[]): Promise<Readable> {
  const known = await gitText(caller, ['for-each-ref', '--format=^%(objectname)']);
  const args = ['--no-optional-locks', 'pack-objects', '--revs', '--stdout', '--quiet'];
  const child = spawn('git', args, {
    cwd: caller.cwd,
    env: gitEnv(caller),
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => undefined); // as above
  child.stdin.end(`${tips.join('\n')}\n${known}\n`);
  child.once('close', (exit) => {
    if (exit !== 0) child.stdout.destroy(new Fault('GIT_FAILED', 'git pack-objects ended'));
  });
  return child.stdout;
}

/** Is it a commit, or a tag of one? */
export async function isCommit({ caller }: Quarantine, id: string): Promise<boolean> {
  const args = ['rev-parse', '--quiet', '--verify', `${id}^{commit}`];
  return (await runGit(caller, args, { okExits: ANY })).exit === 0;
}
