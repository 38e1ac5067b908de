// What gitleaks' own files at the root say about a scan: a team that has them need not write them again.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readGitleaks } from '../config/gitleaks.ts';
import { Fault } from '../model/fault.ts';
import type { CustomSecretRule } from '../model/policy.ts';
import { compileGitleaks, compileIgnoreFile, type IsAllowed } from '../secrets/gitleaks-allow.ts';

export interface ScanRules {
  readonly rules: readonly CustomSecretRule[];
  readonly isAllowed: IsAllowed;
}

const CONFIG = '.gitleaks.toml';
const IGNORED = '.gitleaksignore';

/** @param root of the repository, or the directory of the scan. @throws Fault CONFIG_INVALID, CONFIG_UNREADABLE. */
export async function loadScanRules(root: string): Promise<ScanRules> {
  const [config, ignored] = await Promise.all([CONFIG, IGNORED].map((name) => read(root, name)));
  const tests: IsAllowed[] = [];
  const gitleaks = config == null ? null : readGitleaks({ file: CONFIG, text: config });
  if (gitleaks !== null) tests.push(compileGitleaks(gitleaks));
  if (ignored != null) tests.push(compileIgnoreFile(ignored));
  return {
    rules: gitleaks?.rules ?? [],
    isAllowed: (found) => tests.some((test) => test(found)),
  };
}

async function read(root: string, name: string): Promise<string | null> {
  try {
    return await readFile(join(root, name), 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw new Fault('CONFIG_UNREADABLE', `${name} cannot be read`, { cause });
  }
}
