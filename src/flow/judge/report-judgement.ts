// From a judgement to what is said and done: observe mode, and masks that cannot be made.
import type { Judgement, JudgedPath, JudgedSecret } from '../../guard/judge.ts';
import type { Effect, Notice, PathNotice, SecretNotice } from '../../model/notice.ts';
import type { Policy } from '../../model/policy.ts';
import type { MaskOutcome } from '../commit/mask-staged.ts';

/**
 * A `mask` that was not made is a refusal: the value would go into the history otherwise.
 *
 * @param masking null where nothing was tried.
 */
export function reportJudgement(
  judgement: Judgement,
  policy: Policy,
  masking: MaskOutcome | null,
): readonly Notice[] {
  return [
    ...judgement.secrets.map((secret) => secretNotice(secret, policy, masking)),
    ...judgement.paths
      .filter(({ action }) => action !== 'approve') // src/flow/approve/approve-staged.ts tells of those
      .map((path) => pathNotice(path, policy)),
    ...(masking?.kind === 'masked' ? [...masking.stuck].map(stuckNotice) : []),
  ];
}

const stuckNotice = ([path, why]: readonly [string, string]): Notice => ({
  kind: 'text',
  text: `${path}: the file itself still holds the value: ${why}`,
});

export const isRefusal = (notice: Notice): boolean =>
  'effect' in notice && notice.effect === 'refused';

function secretNotice(
  { hit, isAi, action }: JudgedSecret,
  policy: Policy,
  masking: MaskOutcome | null,
): SecretNotice {
  const placeholder = masking?.kind === 'masked' ? (masking.placeholders.get(hit) ?? null) : null;
  const hindrance = masking?.kind === 'left' ? (masking.why.get(hit) ?? null) : null;
  return {
    kind: 'secret',
    effect: placeholder === null ? effectOf(action === 'warn', policy) : 'masked',
    path: hit.path,
    line: hit.firstLine,
    column: hit.firstColumn,
    rule: hit.rule,
    isAi,
    commit: null,
    placeholder,
    hindrance,
  };
}

const pathNotice = ({ hit, why, action }: JudgedPath, policy: Policy): PathNotice => ({
  kind: 'path',
  effect: effectOf(action === 'warn', policy),
  path: hit.path,
  why,
  place: hit.rule.place,
  commit: null,
});

function effectOf(isWarning: boolean, policy: Policy): Effect {
  if (isWarning) return 'warned';
  return policy.mode === 'observe' ? 'observed' : 'refused';
}
