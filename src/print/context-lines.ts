// Who called, and in what context: facts for `show`, and the same for programs.
import type { CiContext, Identity, Mismatch } from '../model/context.ts';
import type { ExchangeContext } from '../model/session.ts';
import { plainLine } from './plain-text.ts';

/** Label and value by turns of two. */
export type Fact = readonly [label: string, value: string];

type Known = Omit<Identity, 'claims'>;

/** What there is to say beside the person's name. */
export const identityFacts = (identity: Known): readonly Fact[] => [
  ...(identity.issuer === null
    ? []
    : [['verified', plainLine(`${identity.subject ?? ''} by ${identity.issuer}`)] as const]),
  ...(identity.groups.length === 0
    ? []
    : [['groups', plainLine(identity.groups.join(', '))] as const]),
  ...(identity.ci === null ? [] : [['job', ciWords(identity.ci)] as const]),
  ...identity.mismatches.map((one) => ['mismatch', mismatchWords(one)] as const),
];

const ciWords = (ci: CiContext): string =>
  plainLine(
    Object.entries(ci)
      .map(
        ([name, told]) => `${name} ${told.value}${told.source === 'claim' ? '' : ' (environment)'}`,
      )
      .join(', '),
  );

const mismatchWords = ({ fact, claim, environment }: Mismatch): string =>
  plainLine(`${fact} is ${claim} by the token, the environment says ${environment}`);

export function contextFacts(context: ExchangeContext | null): readonly Fact[] {
  if (context === null) return [];
  const { place, isDirty, trigger, added } = context;
  const dirt = isDirty === true ? ', uncommitted changes' : '';
  const head = place.head === null ? '' : ` at ${place.head.slice(0, 12)}`;
  const where =
    place.worktree === null
      ? ''
      : `${place.worktree}, ${place.branch ?? '(no branch)'}${head}${dirt}`;
  const words = trigger === null ? '' : (trigger.text ?? '(not kept)');
  return [
    ...(where === '' ? [] : [['work', plainLine(where)] as const]),
    ...(words === '' ? [] : [['prompt', plainLine(words)] as const]),
    ...identityFacts(context.identity),
    ...addedFacts(added),
  ];
}

const addedFacts = (added: ExchangeContext['added']): readonly Fact[] =>
  added === undefined ? [] : [['added', plainLine(added.text.trim())]];

/** `mismatches` is their number; which they are stands in the list. */
export const identityDocument = (identity: Known): object => ({
  source: identity.source,
  issuer: identity.issuer,
  subject: identity.subject,
  groups: identity.groups,
  ci: identity.ci,
  mismatches: identity.mismatches.length,
  mismatch: identity.mismatches,
});

export const contextDocument = (context: ExchangeContext | null): object | null =>
  context === null
    ? null
    : {
        user: context.principal,
        identity: identityDocument(context.identity),
        agent: context.agent,
        agentVersion: context.agentVersion,
        ...context.place,
        dirty: context.isDirty,
        trigger: context.trigger,
        added: context.added ?? null,
      };
