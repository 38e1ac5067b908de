// Rules on what passes: which of them meet a tool call, a text, a prompt or an HTTP request.
import { isObject, isString } from '../model/json.ts';
import type { Policy, StreamRule } from '../model/policy.ts';
import type { ToolCall } from '../model/wire.ts';
import { compileRe2 } from '../secrets/custom-rules.ts';

export interface StreamRules {
  /** Is there a rule on this at all? */
  has(on: StreamRule['on']): boolean;
  /** @returns the rules that match, in order of the policy. */
  meetCall(call: ToolCall): readonly StreamRule[];
  meetText(on: 'prompt' | 'text', text: string): readonly StreamRule[];
  meetRequest(request: HttpRequest): readonly StreamRule[];
}

export interface HttpRequest {
  readonly method: string;
  /** Query allowed: rules see what stands before it. */
  readonly path: string;
  /** null where it cannot be read: a rule that asks for words in it applies. */
  readonly body: string | null;
}

interface Compiled {
  readonly rule: StreamRule;
  readonly pattern: RegExp | null;
  readonly path: RegExp | null;
}

/** @throws Fault CONFIG_INVALID with file, line and column for a pattern that cannot be run. */
export function openStreamRules(policy: Pick<Policy, 'rules'>): StreamRules {
  const compiled = policy.rules.map(compile);
  const meet = (on: StreamRule['on'], isMet: (one: Compiled) => boolean): readonly StreamRule[] =>
    compiled.filter((one) => one.rule.on === on && isMet(one)).map(({ rule }) => rule);
  const has = (on: StreamRule['on']): boolean => compiled.some(({ rule }) => rule.on === on);
  return {
    has,
    meetCall: (call) => {
      if (!has('tool-call')) return [];
      const texts = textsOfCall(call);
      return meet('tool-call', ({ pattern }) => texts.some((text) => isFound(pattern, text)));
    },
    meetText: (on, text) => meet(on, ({ pattern }) => isFound(pattern, text)),
    meetRequest: (request) => meet('http', (one) => isRequestMet(one, request)),
  };
}

const compile = (rule: StreamRule): Compiled => ({
  rule,
  pattern:
    rule.match === null
      ? null
      : compileRe2({ label: 'rule', id: rule.name, pattern: rule.match, place: rule.place }),
  path: rule.path === null ? null : pathPattern(rule.path),
});

/** `*` stays within a segment, `**` does not. */
const pathPattern = (path: string): RegExp =>
  new RegExp(
    `^${path
      .split(/(\*\*?)/)
      .map((word) => {
        if (word === '**') return '.*';
        return word === '*' ? '[^/]*' : word.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`);
      })
      .join('')}/?$`,
  );

/** Does the rule name this method and path? */
export const isNamed = (
  { method, path }: Pick<StreamRule, 'method' | 'path'>,
  request: Pick<HttpRequest, 'method' | 'path'>,
): boolean => isAt({ method, path: path === null ? null : pathPattern(path) }, request);

function isAt(
  { method, path }: { readonly method: string | null; readonly path: RegExp | null },
  request: Pick<HttpRequest, 'method' | 'path'>,
): boolean {
  if (method !== null && method !== request.method) return false;
  const [place = ''] = request.path.split('?');
  return path === null || [place, decoded(place)].some((one) => path.test(one));
}

function isRequestMet({ rule, pattern, path }: Compiled, request: HttpRequest): boolean {
  if (!isAt({ method: rule.method, path }, request)) return false;
  return rule.match === null || request.body === null || isFound(pattern, request.body);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path).replace(/\/{2,}/g, '/');
  } catch {
    return path; // no server would understand it either
  }
}

/** A pattern looks at this much at a time, so that none takes longer than the square of it. */
const WINDOW = 8192;

function isFound(pattern: RegExp | null, text: string): boolean {
  if (pattern === null) return true;
  for (let at = 0; at === 0 || at + WINDOW / 2 < text.length; at += WINDOW / 2)
    if (text.slice(at, at + WINDOW).search(pattern) >= 0) return true;
  return false;
}

/** The tool's name, each string of the arguments, and lists of words as one line: an argv is a command. */
function textsOfCall(call: ToolCall): readonly string[] {
  const texts: string[] = [call.name];
  const walk = (value: unknown): void => {
    if (isString(value)) texts.push(value);
    else if (Array.isArray(value)) {
      if (value.length > 1 && value.every(isString)) texts.push(value.join(' '));
      for (const item of value) walk(item);
    } else if (isObject(value)) for (const item of Object.values(value)) walk(item);
  };
  walk(call.input);
  return texts;
}
