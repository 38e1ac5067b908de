// From findings to what happens: the one place that knows which action applies.
import type { Policy, ProtectRule, SecretAction } from '../model/policy.ts';
import type { ProtectedHit, SecretHit } from './finding.ts';

/** What is known about who made the change; null where the recordings could not be read. */
export interface ChangeEvidence {
  /** Does recorded AI output account for any of these added lines? 1-based, inclusive. */
  isAiLine(path: string, firstLine: number, lastLine: number): boolean;
  /** Did an AI touch the file at all since it was last committed? */
  isAiPath(path: string): boolean;
}

export interface JudgedSecret {
  readonly hit: SecretHit;
  readonly isAi: boolean;
  readonly action: Exclude<SecretAction, 'off'>;
}

export interface JudgedPath {
  readonly hit: ProtectedHit;
  /** `unreadable`: taken as an AI's because nothing could be looked up. */
  readonly why: 'any' | 'ai' | 'unreadable';
  readonly action: ProtectRule['action'];
}

export interface Judgement {
  readonly secrets: readonly JudgedSecret[];
  readonly paths: readonly JudgedPath[];
}

const SEVERITY: readonly SecretAction[] = ['off', 'warn', 'mask', 'block'];

/** Decides for a commit. Without evidence the stricter of two actions applies. */
export function judge(
  found: { readonly secrets: readonly SecretHit[]; readonly paths: readonly ProtectedHit[] },
  evidence: ChangeEvidence | null,
  policy: Policy,
): Judgement {
  return {
    secrets: found.secrets.flatMap((hit) => judgeSecret(hit, evidence, policy)),
    paths: found.paths.flatMap((hit) => judgePath(hit, evidence)),
  };
}

/** Must anybody look up recordings before this can be judged? */
export function needsEvidence(
  found: { readonly secrets: readonly SecretHit[]; readonly paths: readonly ProtectedHit[] },
  policy: Policy,
): boolean {
  const { ai, other } = policy.secrets.onCommit;
  return (
    (found.secrets.length > 0 && ai !== other) || found.paths.some(({ rule }) => rule.from === 'ai')
  );
}

function judgeSecret(
  hit: SecretHit,
  evidence: ChangeEvidence | null,
  policy: Policy,
): readonly JudgedSecret[] {
  const { ai, other } = policy.secrets.onCommit;
  const isAi = evidence?.isAiLine(hit.path, hit.firstLine, hit.lastLine) ?? false;
  const known = isAi ? ai : other;
  const action = evidence === null ? stricter(ai, other) : known;
  return action === 'off' ? [] : [{ hit, isAi, action }];
}

const stricter = (one: SecretAction, two: SecretAction): SecretAction =>
  SEVERITY.indexOf(one) >= SEVERITY.indexOf(two) ? one : two;

function judgePath(hit: ProtectedHit, evidence: ChangeEvidence | null): readonly JudgedPath[] {
  const { action, from } = hit.rule;
  if (from === 'any') return [{ hit, why: 'any', action }];
  if (evidence === null) return [{ hit, why: 'unreadable', action }];
  return evidence.isAiPath(hit.path) ? [{ hit, why: 'ai', action }] : [];
}
