// From rules that match to what follows, and the words for it: for the person, and for the agent in the place of what it
// wanted.
import type { Decision } from '../model/decision.ts';
import type { Policy, ProtectRule, RuleAction, StreamRule } from '../model/policy.ts';
import { compilePatterns } from './path-patterns.ts';

const effectOf = (action: RuleAction, mode: Policy['mode']): Decision['effect'] => {
  if (action === 'warn') return 'warned';
  if (mode === 'observe') return 'observed';
  return action === 'approve' ? 'held' : 'blocked';
};

/** @param what tool, or method and path; null where the kind says it all. */
export const decideRule = (
  rule: StreamRule,
  what: string | null,
  mode: Policy['mode'],
): Decision => ({
  effect: effectOf(rule.action, mode),
  on: rule.on,
  name: rule.name,
  what,
  place: rule.place,
  action: rule.action,
  approvers: rule.approvers,
});

interface Written {
  /** Of the tool. */
  readonly tool: string;
  /** Repository-relative, with every real path that the spelling leads to. */
  readonly paths: readonly string[];
}

/** Both `from: ai` and `from: any` are about what a model writes. @returns one decision for each path and rule. */
export function decideWrites(
  { tool, paths }: Written,
  { protect, mode }: Pick<Policy, 'protect' | 'mode'>,
): readonly Decision[] {
  return protect.flatMap((rule) =>
    paths
      .filter((path) => isProtected(rule, path))
      .map((path) => ({
        effect: effectOf(rule.action, mode),
        on: 'protect',
        name: path,
        what: tool,
        place: rule.place,
        action: rule.action,
        approvers: rule.approvers,
      })),
  );
}

/** Also a folder that holds protected files: moved, removed or replaced by a link it takes them along. */
function isProtected(rule: ProtectRule, path: string): boolean {
  const patterns = compilePatterns(rule.paths);
  return patterns.matches(path) || patterns.matchesBelow(path);
}

const VERBS: Readonly<Record<Decision['effect'], (decision: Decision) => string>> = {
  blocked: () => 'was blocked',
  held: ({ approval }) => `waits for approval ${approval?.id ?? ''}`,
  approved: ({ approval }) =>
    `passed with approval ${approval?.id ?? ''} of ${deciderOf(approval)}`,
  denied: ({ approval }) => `was denied by ${deciderOf(approval)} (${approval?.id ?? ''})`,
  unapproved: ({ approval }) => `was refused until somebody approves ${approval?.id ?? ''}`,
  warned: () => 'passed, with a warning',
  observed: ({ action }) => `would be ${action === 'approve' ? 'held' : 'blocked'} (mode: observe)`,
};

const deciderOf = (approval: Decision['approval']): string => approval?.by?.name ?? 'nobody';

const SUBJECTS: Readonly<Record<Decision['on'], string>> = {
  'tool-call': 'a call',
  prompt: 'a prompt',
  text: 'a text of the model',
  http: 'a request',
  protect: 'a call',
};

const placeOf = ({ place }: Decision): string =>
  place === null ? '' : ` (${place.file}:${String(place.line)})`;

/** One line for the person. The tool's name is the model's own: to be shown as plain text. */
export function describeDecision(decision: Decision): string {
  const { on, name, what } = decision;
  const subject = `${SUBJECTS[on]}${what === null ? '' : ` of ${what}`}`;
  const why = on === 'protect' ? `${name} is protected` : `rule ${name}`;
  return `${subject} ${VERBS[decision.effect](decision)}: ${why}${placeOf(decision)}`;
}

/** For the agent, as words of the model or of an error. @param decisions at least one. */
export const refusalWords = (decisions: readonly Decision[]): string =>
  `[aitrail] ${subjectOf(decisions)}: blocked by policy: ${whysOf(decisions)}. ${GIVE_UP}`;

const GIVE_UP = 'Do not try it in another way; go on without it, or ask the person to do it.';

/** What became of a request for approval. */
export interface Unapproved {
  /** null where it could not be asked for. */
  readonly id: string | null;
  /** What an approver types. */
  readonly command?: string;
  /** Who has denied it, or why nobody can approve it; null: it is still open. */
  readonly over: string | null;
}

/** For the agent, where an approval was not given, or not in time. */
export function unapprovedWords(
  decisions: readonly Decision[],
  { id, over, command = '' }: Unapproved,
): string {
  const head = `[aitrail] ${subjectOf(decisions)}: it needs approval by policy: ${whysOf(decisions)}.`;
  if (over !== null) return `${head} ${over}. ${GIVE_UP}`;
  const asked = `Request ${id ?? ''} is open: one of the approvers runs \`${command}\`.`;
  return `${head} ${asked} Tell the person. Once it is approved, exactly the same passes once; do not try it in another way.`;
}

function whysOf(decisions: readonly Decision[]): string {
  const whys = decisions.map((decision) => {
    const { on, name } = decision;
    const why = on === 'protect' ? `${name} is protected` : `rule ${name} applies`;
    return `${why}${placeOf(decision)}`;
  });
  return [...new Set(whys)].join('; ');
}

function subjectOf([first]: readonly Decision[]): string {
  return first === undefined ? 'This was stopped' : SUBJECT_WORDS[first.on](first.what);
}

const SUBJECT_WORDS: Readonly<Record<Decision['on'], (what: string | null) => string>> = {
  'tool-call': (what) => `The call of ${what ?? 'a tool'} was not run`,
  prompt: () => 'The prompt was not sent to the model',
  text: () => 'A text of the model was held back',
  http: (what) => `${what ?? 'The request'} was not sent`,
  protect: (what) => `The call of ${what ?? 'a tool'} was not run`,
};
