// What gitleaks' own files at the root say about a scan: a team that has them need not write them again.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../model/fault.ts';
import type { GitleaksConfig } from '../../model/gitleaks.ts';
import type { CustomSecretRule } from '../../model/policy.ts';
import {
  compileGitleaks,
  compileIgnoreFile,
  type IsAllowed,
} from '../../secrets/gitleaks-allow.ts';

export interface ScanRules {
  readonly rules: readonly CustomSecretRule[];
  readonly isAllowed: IsAllowed;
}

export const SCAN_FILES = { config: '.gitleaks.toml', ignored: '.gitleaksignore' } as const;

/** @param root of the repository, or the directory of the scan. @throws Fault CONFIG_INVALID, CONFIG_UNREADABLE. */
export async function loadScanRules(root: string): Promise<ScanRules> {
  const [config, ignored] = await Promise.all([
    read(root, SCAN_FILES.config),
    read(root, SCAN_FILES.ignored),
  ]);
  return makeScanRules({ config, ignored });
}

/** @param texts of the two files; null where there is none. @throws Fault CONFIG_INVALID. */
export async function makeScanRules({
  config,
  ignored,
}: {
  readonly config: string | null;
  readonly ignored: string | null;
}): Promise<ScanRules> {
  const tests: IsAllowed[] = [];
  const gitleaks = config === null ? null : await readConfig(config);
  if (gitleaks !== null) tests.push(compileGitleaks(gitleaks));
  if (ignored !== null) tests.push(compileIgnoreFile(ignored));
  return {
    rules: gitleaks?.rules ?? [],
    isAllowed: (found) => tests.some((test) => test(found)),
  };
}

/** Few have the file, so its reader is loaded when there is one. */
async function readConfig(text: string): Promise<GitleaksConfig> {
  const { readGitleaks } = await import('../../config/gitleaks.ts');
  return readGitleaks({ file: SCAN_FILES.config, text });
}

async function read(root: string, name: string): Promise<string | null> {
  try {
    return await readFile(join(root, name), 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw new Fault('CONFIG_UNREADABLE', `${name} cannot be read`, { cause });
  }
}
