// The filters that several commands share, from options to a query.
import type { SessionFilter } from '../flow/session/find-sessions.ts';
import { Fault } from '../model/fault.ts';
import { parseMoment } from '../model/moment.ts';
import type { Invocation, OptionSpec } from './command.ts';

export const FILTER_OPTIONS: readonly OptionSpec[] = [
  { flags: '--user <text>', description: "part of a person's name or mail address" },
  { flags: '--repo <path>', description: 'worktree, git directory, or part of the remote' },
  { flags: '--agent <name>', description: 'for example claude-code' },
  { flags: '--model <name>', description: 'for example gpt-5' },
  { flags: '--since <time>', description: 'a date, or an age: 7d, 12h, 30m' },
  { flags: '--until <time>', description: 'the same' },
  { flags: '--limit <count>', description: 'at most that many (default 1000)' },
];

/** @throws Fault USAGE. */
export function parseFilter(options: Invocation['options']): SessionFilter {
  const text = (name: string): string | undefined => {
    const value = options[name];
    return typeof value === 'string' ? value : undefined;
  };
  const since = text('since');
  const until = text('until');
  const limit = text('limit');
  return {
    ...given('user', text('user')),
    ...given('repository', text('repo')),
    ...given('agent', text('agent')),
    ...given('model', text('model')),
    ...given('sinceMs', since === undefined ? undefined : momentOf('--since', since)),
    ...given('untilMs', until === undefined ? undefined : momentOf('--until', until)),
    ...given('limit', limit === undefined ? undefined : parseLimit(limit)),
  };
}

/** @returns milliseconds since the epoch. @throws Fault USAGE. */
export function momentOf(option: string, text: string): number {
  const atMs = parseMoment(text, Date.now());
  if (atMs === null)
    throw new Fault('USAGE', `${option}: ${text} is neither a date nor an age`, {
      fix: 'write 2026-11-21, 2026-11-21T09:00:00Z, 7d, 12h or 30m',
    });
  return atMs;
}

function parseLimit(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new Fault('USAGE', `--limit: ${text} is not a count`, { fix: 'write a number from 1' });
}

const given = <Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): Partial<Record<Key, Value>> => {
  const entry: Partial<Record<Key, Value>> = {};
  if (value !== undefined) entry[key] = value;
  return entry;
};
