// doctor: can others read what is for one person alone?
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Check } from '../../model/diagnosis.ts';

/** Of a directory's entries too: the database with what lies beside it, and private keys. */
const PLACES = ['', 'keys', 'log', 'run'] as const;

/** @returns null where nobody else may enter or read anything. */
export async function checkPrivacy(home: string): Promise<Omit<Check, 'name'> | null> {
  if (process.platform === 'win32') return null; // mode bits say nothing there
  for (const place of PLACES) {
    const folder = join(home, place);
    const finding = (await check(folder, 0o700)) ?? (await checkFiles(folder));
    if (finding !== null) return finding;
  }
  return null;
}

async function checkFiles(folder: string): Promise<Omit<Check, 'name'> | null> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []); // not made yet
  for (const entry of entries) {
    if (!entry.isFile() || entry.name.endsWith('.pub')) continue;
    const finding = await check(join(folder, entry.name), 0o600);
    if (finding !== null) return finding;
  }
  return null;
}

async function check(path: string, mode: number): Promise<Omit<Check, 'name'> | null> {
  const found = await stat(path).catch(() => null);
  if (found === null || (found.mode & 0o077) === 0) return null;
  const detail = `${path} can be ${mode === 0o700 ? 'entered' : 'read'} by others`;
  // SQLite gives what it makes beside its database the same mode
  const rest = path.endsWith('store.db') ? '*' : '';
  return { status: 'warn', detail, fix: `chmod ${mode.toString(8)} '${path}'${rest}` };
}
