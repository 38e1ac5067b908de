// What a commit or push is scanned with: the policy's rules, the values of this worktree's `.env` files and of the
// caller's environment, and what a team wrote for gitleaks or let through in a baseline. What loosens counts as it stands
// in the base revision.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Objects } from '../../git/objects.ts';
import type { PatchFile } from '../../git/patch-file.ts';
import { findPolicyBase } from '../../git/policy-base.ts';
import type { SecretHit } from '../../guard/finding.ts';
import { findSecrets } from '../../guard/find-secrets.ts';
import { BASELINE_FILE, dropBaseline } from '../../secrets/baseline.ts';
import type { IsAllowed } from '../../secrets/gitleaks-allow.ts';
import { openScanner } from '../../secrets/scanner.ts';
import type { HookWork } from './hook-work.ts';
import { readKnownValues } from '../mask/known-book.ts';
import { environmentSecrets } from './secret-environment.ts';
import { makeScanRules, type ScanRules, SCAN_FILES } from '../scan/scan-rules.ts';

export interface HookScan {
  /** @param commit null: what is staged. @returns hits in the order of files and lines. */
  readonly find: (files: readonly PatchFile[], commit: string | null) => readonly SecretHit[];
}

/** @throws Fault CONFIG_INVALID for a file of gitleaks or a baseline that cannot be read. */
export async function openHookScan({ repository, objects, policy }: HookWork): Promise<HookScan> {
  const base = await readAtBase({ repository, objects });
  const [known, settled, here] = await Promise.all([
    readKnownValues(repository.worktree),
    makeScanRules(base),
    readHere(repository.worktree),
  ]);
  const scanner = openScanner({
    rules: [...policy.secrets.rules, ...settled.rules, ...here.rules],
    known: [...known, ...environmentSecrets(repository.caller)],
  });
  return {
    find: (files, commit) => {
      const found = findSecrets(files, scanner, policy.secrets.allow);
      const left = found.filter((hit) => !isAllowed(hit, commit, settled.isAllowed));
      return base.baseline === null || left.length === 0 ? left : dropKnown(left, base.baseline);
    },
  };
}

const isAllowed = (hit: SecretHit, commit: string | null, test: IsAllowed): boolean =>
  test({ ...hit, startLine: hit.firstLine, commit, secret: hit.value });

const dropKnown = (hits: readonly SecretHit[], text: string): readonly SecretHit[] =>
  dropBaseline(
    hits.map((hit) => ({ ...hit, startLine: hit.firstLine })),
    { file: BASELINE_FILE, text },
  );

interface BaseTexts {
  readonly config: string | null;
  readonly ignored: string | null;
  readonly baseline: string | null;
}

/** A file that HEAD does not hold is not looked for further back. */
async function readAtBase(
  work: Pick<HookWork, 'repository'> & { readonly objects: Objects },
): Promise<BaseTexts> {
  const { config, ignored } = SCAN_FILES;
  const names = [config, ignored, BASELINE_FILE];
  const read = async (revision: string): Promise<readonly (string | null)[]> => {
    const blobs = await Promise.all(names.map((name) => work.objects.read(`${revision}:${name}`)));
    return blobs.map((blob) => blob?.bytes.toString('utf8') ?? null);
  };
  const atHead = await read('HEAD');
  const base = atHead.every((text) => text === null)
    ? null
    : await findPolicyBase(work.repository, work.objects);
  const [first = null, second = null, third = null] = base === null ? [] : await read(base);
  return { config: first, ignored: second, baseline: third };
}

/** The working tree's own file can only tighten. */
async function readHere(worktree: string): Promise<Pick<ScanRules, 'rules'>> {
  const config = await readFile(join(worktree, SCAN_FILES.config), 'utf8').catch(() => null);
  return makeScanRules({ config, ignored: null });
}
