// From rules that match to what follows, and the words for it: for the person, and for the agent in the place of what it
// wanted.
import type { Decision } from '../model/decision.ts';
import type { Policy, ProtectRule, RuleAction, StreamRule } from '../model/policy.ts';
import { compilePatterns } from './path-patterns.ts';

const effectOf = (action: RuleAction, mode: Policy['mode']): Decision['effect'] => {
  if (action === 'warn') return 'warned';
  return mode === 'observe' ? 'observed' : 'blocked';
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
      })),
  );
}

/** Also a folder that holds protected files: moved, removed or replaced by a link it takes them along. */
function isProtected(rule: ProtectRule, path: string): boolean {
  const patterns = compilePatterns(rule.paths);
  return patterns.matches(path) || patterns.matchesBelow(path);
}

const VERBS = {
  blocked: 'was blocked',
  warned: 'passed, with a warning',
  observed: 'would be blocked (mode: observe)',
};

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
  const { effect, on, name, what } = decision;
  const subject = `${SUBJECTS[on]}${what === null ? '' : ` of ${what}`}`;
  const why = on === 'protect' ? `${name} is protected` : `rule ${name}`;
  return `${subject} ${VERBS[effect]}: ${why}${placeOf(decision)}`;
}

/** For the agent, as words of the model or of an error. @param decisions at least one. */
export function refusalWords(decisions: readonly Decision[]): string {
  const whys = decisions.map((decision) => {
    const { on, name } = decision;
    const why = on === 'protect' ? `${name} is protected` : `rule ${name} applies`;
    return `${why}${placeOf(decision)}`;
  });
  const [first] = decisions;
  const subject = first === undefined ? 'this' : SUBJECT_WORDS[first.on](first.what);
  return `[aitrail] ${subject} by policy: ${[...new Set(whys)].join('; ')}. Do not try it in another way; go on without it, or ask the person to do it.`;
}

const SUBJECT_WORDS: Readonly<Record<Decision['on'], (what: string | null) => string>> = {
  'tool-call': (what) => `The call of ${what ?? 'a tool'} was not run: blocked`,
  prompt: () => 'The prompt was not sent to the model: blocked',
  text: () => 'A text of the model was held back: blocked',
  http: (what) => `${what ?? 'The request'} was not sent: blocked`,
  protect: (what) => `The call of ${what ?? 'a tool'} was not run: blocked`,
};
