// Writes changes into settings files, and takes them back: byte for byte where nobody else has written there since,
// else our own parts alone.
import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { holdsTrace, insertChange, removeTrace } from '../../config/edit-settings.ts';
import { sha256Hex } from '../../model/sha256.ts';
import { removeEmptyDir } from '../../git/install-shims.ts';
import type { SettingsChange } from '../../model/settings-change.ts';
import type { Caller } from '../../model/caller.ts';
import { readStore } from '../show/read-store.ts';
import { type Settled, type SettledAgent, settledBy } from './settings-ledger.ts';

/**
 * @param token of the session that the change may name: nobody else may read the file then.
 * @returns null where it is there already.
 * @throws Fault SETTINGS_TAKEN, SETTINGS_UNREADABLE; the file is as it was then.
 */
export async function putSetting(change: SettingsChange, token: string): Promise<Settled | null> {
  const before = await readText(change.path);
  const inserted = insertChange(before ?? '', change);
  if (inserted === null) return null;
  const madeDir = (await mkdir(dirname(change.path), { recursive: true })) ?? null;
  const added = inserted.text.slice(inserted.start, inserted.start + inserted.length);
  const mode = before !== null && added.includes(token) ? await closeToOthers(change.path) : null;
  await writeFile(change.path, inserted.text, before === null ? { mode: 0o600 } : {});
  const afterSha256 = sha256Hex(inserted.text);
  return settledBy(change, { inserted, isNewFile: before === null, madeDir, mode, afterSha256 });
}

/** Whoever can read a token can speak as this person. @returns the mode before, null where nothing changed. */
async function closeToOthers(path: string): Promise<number | null> {
  const mode = (await stat(path)).mode & 0o777;
  if ((mode & 0o077) === 0 || process.platform === 'win32') return null;
  await chmod(path, mode & 0o700);
  return mode;
}

/** @returns false where it was no longer there. */
export async function takeSettingBack(settled: Settled): Promise<boolean> {
  const { path, start, length } = settled;
  const now = await readText(path);
  if (now === null) return false;
  const isUntouched = sha256Hex(now) === settled.afterSha256;
  const before = isUntouched
    ? now.slice(0, start) + now.slice(start + length)
    : removeTrace(now, settled.trace);
  if (before === null) return false;
  if (settled.isNewFile && /^\s*(?:\{\s*\}\s*)?$/.test(before)) await removeFile(settled);
  else await writeFile(path, before);
  if (settled.mode !== null) await chmod(path, settled.mode);
  return true;
}

async function removeFile({ path, madeDir }: Settled): Promise<void> {
  await rm(path);
  if (madeDir === null) return;
  for (let dir = dirname(path); dir.startsWith(madeDir); dir = dirname(dir))
    await removeEmptyDir(dir);
}

/** Is everything as it was written, with a session that is not over, and does it lead to where the daemon is? */
export async function isLive(caller: Caller, settled: SettledAgent, url: string): Promise<boolean> {
  if (settled.url !== null && settled.url !== url) return false;
  for (const change of settled.changes) if (!(await isInPlace(change))) return false;
  return isGranted(caller, settled);
}

export async function isInPlace({ path, trace }: Settled): Promise<boolean> {
  const text = await readText(path);
  return text !== null && holdsTrace(text, trace);
}

/** Is the session that it names still open? */
export const isGranted = (caller: Caller, { tokenSha256 }: SettledAgent): Promise<boolean> =>
  readStore(caller, async (store) => {
    const grant = await store.findGrant(tokenSha256);
    return grant !== null && grant.endedAtMs === null;
  });

const readText = (path: string): Promise<string | null> => readFile(path, 'utf8').catch(() => null); // most clients' files are not there
