// Masking at commit: secrets of AI lines become placeholders in the index that git is about to commit, and in the working
// file where its own bytes hold the value; the values go into the vault first. All of them, or none.
import { randomBytes } from 'node:crypto';
import { chmod, lstat, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  findCommitted,
  findStaged,
  putStaged,
  type StagedContent,
  writeBlob,
} from '../../git/index-edit.ts';
import type { PatchFile } from '../../git/patch-file.ts';
import { readState, statePath, writeState } from '../../git/state-file.ts';
import type { SecretHit } from '../../guard/finding.ts';
import {
  bytesOf,
  replaceInLines,
  type Replacement,
  replaceSecrets,
} from '../../guard/replace-secrets.ts';
import { ensureVaultKey } from '../../identity/vault-key.ts';
import { arrayAt, isObject, isString, parseJson } from '../../model/json.ts';
import type { MaskHindrance } from '../../model/notice.ts';
import { makePlaceholder } from '../../secrets/placeholder.ts';
import type { Store } from '../../store/store.ts';
import type { HookWork } from './hook-work.ts';
import { keepSecret } from '../mask/keep-secret.ts';

export type MaskOutcome =
  | {
      readonly kind: 'masked';
      readonly placeholders: ReadonlyMap<SecretHit, string>;
      /** Files of the worktree that could not be written: path, and why. They still hold the value. */
      readonly stuck: ReadonlyMap<string, string>;
    }
  /** Nothing was changed. */
  | { readonly kind: 'left'; readonly why: ReadonlyMap<SecretHit, MaskHindrance> };

interface MaskedFile extends StagedContent {
  readonly replacements: readonly Replacement[];
}

/** @param hits those to replace; @param files what is staged. */
export async function maskStaged(
  work: HookWork,
  hits: readonly SecretHit[],
  files: readonly PatchFile[],
): Promise<MaskOutcome> {
  const leave = (why: MaskHindrance, which = hits): MaskOutcome => ({
    kind: 'left',
    why: new Map(which.map((hit) => [hit, why])),
  });
  if (!work.policy.secrets.isVaultOn) return leave('vault-off');
  const records = await work.world.openRecords(work.home, 'write');
  if (records.kind !== 'open' || !records.isWritable) return leave('unreadable');
  const key = await records.store.readKey();
  const replacements = hits.map((hit) => ({
    hit,
    placeholder: makePlaceholder(key, hit.kind, hit.value),
  }));
  const masked: MaskedFile[] = [];
  for (const file of files) {
    const own = replacements.filter(({ hit }) => hit.path === file.path);
    if (own.length === 0) continue;
    const made = await maskFile(work, file, own);
    if (made === null)
      return leave(
        'unsafe',
        own.map(({ hit }) => hit),
      );
    masked.push(made);
  }
  if (!work.world.isWanted()) return leave('changed');
  await keepAll(work, records.store, replacements);
  const current = await findStaged(work.repository, masked);
  if (current.length < masked.length) return leave('changed');
  // whoever is stopped from here on leaves a commit that is not made, values in the vault and files as they were or masked
  await rememberMasked(work, masked);
  await putStaged(work.repository, masked);
  return {
    kind: 'masked',
    placeholders: new Map(replacements.map(({ hit, placeholder }) => [hit, placeholder])),
    stuck: await maskWorkingFiles(work, masked),
  };
}

/** @returns null where replacing is not safe. */
async function maskFile(
  { repository, objects }: HookWork,
  file: PatchFile,
  replacements: readonly Replacement[],
): Promise<MaskedFile | null> {
  const blob = file.newBlob === null ? null : await objects.read(file.newBlob);
  if (blob === null || file.newBlob === null || file.newMode === '120000') return null;
  const text = blob.bytes.toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(blob.bytes)) return null;
  const next = replaceSecrets(file.path, text, replacements);
  if (next === null) return null;
  const newBlob = await writeBlob(repository, Buffer.from(next, 'utf8'));
  return { path: file.path, mode: file.newMode, oldBlob: file.newBlob, newBlob, replacements };
}

async function keepAll(
  { repository, home }: HookWork,
  store: Store,
  replacements: readonly Replacement[],
): Promise<void> {
  const key = await ensureVaultKey(repository.caller, home);
  for (const { hit, placeholder } of replacements) {
    const { rule, value } = hit;
    await keepSecret(store, key, { rule, value, placeholder, atMs: Date.now() });
  }
}

/** What is committed is masked whatever becomes of the files. */
async function maskWorkingFiles(
  work: HookWork,
  masked: readonly MaskedFile[],
): Promise<ReadonlyMap<string, string>> {
  const stuck = new Map<string, string>();
  for (const file of masked) {
    const why = await maskWorkingFile(work, file).catch((thrown: unknown) =>
      thrown instanceof Error ? thrown.message : String(thrown),
    );
    if (why !== null) stuck.set(file.path, why);
  }
  return stuck;
}

/** Parts that are not staged stay as they are. @returns why the value is still there; null where it is not. */
async function maskWorkingFile({ repository }: HookWork, file: MaskedFile): Promise<string | null> {
  const path = join(repository.worktree, file.path);
  const facts = await lstat(path).catch(() => null); // deleted since it was staged
  if (facts?.isFile() !== true) return null;
  const before = await readFile(path);
  const bytes = replaceInLines(before.toString('latin1'), file.replacements);
  const isLeft = file.replacements.some(({ hit }) => bytes.includes(bytesOf(hit.value)));
  const left = isLeft ? 'the value also stands in lines that are not staged' : null;
  const after = Buffer.from(bytes, 'latin1');
  if (after.equals(before)) return left;
  const name = `masking-${randomBytes(6).toString('hex')}`;
  const content = { bytes: after, mode: facts.mode };
  // in our own folder, where nobody comes across what a killed hook left behind; else on the file's own disk
  const isDone = await replaceFile(path, statePath(repository.gitDir, name), content);
  if (!isDone) await replaceFile(path, `${path}.${name}`, content);
  return left;
}

/**
 * Whole or not at all: whoever stops us half-way must not cost the person a file.
 *
 * @returns false where the two lie on different disks.
 */
async function replaceFile(
  path: string,
  next: string,
  { bytes, mode }: { readonly bytes: Uint8Array; readonly mode: number },
): Promise<boolean> {
  try {
    await writeFile(next, bytes, { flag: 'wx', mode: 0o600, flush: true });
    await chmod(next, mode & 0o7777);
    await rename(next, path);
    return true;
  } catch (thrown) {
    await rm(next, { force: true });
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'EXDEV') return false;
    throw thrown;
  }
}

const MASKED = 'masked.json';

async function rememberMasked(
  { repository }: HookWork,
  masked: readonly StagedContent[],
): Promise<void> {
  const contents = masked.map(({ path, mode, oldBlob, newBlob }) => ({
    path,
    mode,
    oldBlob,
    newBlob,
  }));
  await writeState(statePath(repository.gitDir, MASKED), `${JSON.stringify(contents)}\n`);
}

/** After `git commit -- FILE` the ordinary index still holds the value: the commit was made from another one. */
export async function maskOrdinaryIndex({ repository }: HookWork): Promise<void> {
  const path = statePath(repository.gitDir, MASKED);
  const bytes = await readState(path);
  const contents = arrayAt({ all: parseJson(bytes?.toString('utf8') ?? '') }, 'all').filter(
    isContent,
  );
  if (contents.length === 0) return;
  const index = join(repository.gitDir, 'index');
  // a commit that was given up, or made past the hook, has not got them
  const committed = await findCommitted(repository, contents);
  const current = committed.length === 0 ? [] : await findStaged(repository, committed, index);
  if (current.length > 0) await putStaged(repository, current, index);
  await writeState(path, '[]\n');
}

const isContent = (value: unknown): value is StagedContent =>
  isObject(value) && ['path', 'mode', 'oldBlob', 'newBlob'].every((name) => isString(value[name]));
