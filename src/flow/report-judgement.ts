// From a judgement to what is said and done: observe mode, and masks that cannot be made.
import type { Judgement, JudgedPath, JudgedSecret } from '../guard/judge.ts';
import type { Effect, Notice, PathNotice, SecretNotice } from '../model/notice.ts';
import type { Policy } from '../model/policy.ts';

/** A `mask` that nobody has made is a refusal: the value would go into the history otherwise. */
export function reportJudgement(judgement: Judgement, policy: Policy): readonly Notice[] {
  return [
    ...judgement.secrets.map((secret) => secretNotice(secret, policy)),
    ...judgement.paths.map((path) => pathNotice(path, policy)),
  ];
}

export const isRefusal = (notice: Notice): boolean =>
  notice.kind !== 'text' && notice.effect === 'refused';

function secretNotice({ hit, isAi, action }: JudgedSecret, policy: Policy): SecretNotice {
  return {
    kind: 'secret',
    effect: effectOf(action === 'warn', policy),
    path: hit.path,
    line: hit.firstLine,
    column: hit.firstColumn,
    rule: hit.rule,
    isAi,
    commit: null,
    placeholder: null,
    hindrance: action === 'mask' ? 'vault-off' : null,
  };
}

const pathNotice = ({ hit, why, action }: JudgedPath, policy: Policy): PathNotice => ({
  kind: 'path',
  effect: effectOf(action === 'warn', policy),
  path: hit.path,
  why,
  place: hit.rule.place,
});

function effectOf(isWarning: boolean, policy: Policy): Effect {
  if (isWarning) return 'warned';
  return policy.mode === 'observe' ? 'observed' : 'refused';
}
