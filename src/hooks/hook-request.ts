// What hooks/run.sh sends to the daemon: fields ended by NUL (protocol, version, uid, umask, directory, hook, number of
// arguments, arguments, NAME=value …), an empty field, then the hook's standard input as it is.
import { secretNames } from '../flow/commit/secret-environment.ts';
import { findAgentSignals } from '../model/agent-signals.ts';
import { isHookName } from '../model/hook.ts';
import type { HookCall } from './hook-call.ts';

const PROTOCOL = '1';

export interface HookRequest {
  /** Of the installation that wrote the hooks. */
  readonly version: string;
  readonly uid: number;
  readonly umask: string;
  readonly call: HookCall;
}

/**
 * What of an environment matters to git, to us and to signing keys; the rest is nobody's business, but for values that a
 * commit must not hold.
 */
const SENT =
  /^(?:(?:GIT|XDG|AITRAIL|SSH|GPG|LC|GITHEAD)_.*|HOME|PATH|USER|LOGNAME|EMAIL|TMPDIR|LANG|TZ|GNUPGHOME|DBUS_SESSION_BUS_ADDRESS|CI)$/;

/** The same body, for those who ask without hooks/run.sh. */
export function formatHookRequest({ version, uid, umask, call }: HookRequest): string {
  const { hook, words, stdin, caller } = call;
  const signals = new Set(findAgentSignals(caller.env));
  const secrets = hook.startsWith('pre-') ? secretNames(caller) : new Set();
  const sent = Object.entries(caller.env).filter(
    ([name]) => SENT.test(name) || signals.has(name) || secrets.has(name),
  );
  const fields = [PROTOCOL, version, String(uid), umask, caller.cwd, hook, String(words.length)];
  const variables = sent.map(([name, value]) => `${name}=${value}`);
  return `${[...fields, ...words, ...variables, ''].map((field) => `${field}\0`).join('')}${stdin}`;
}

/** @returns null for another protocol, a hook that is not ours, or a body that was cut. */
export function parseHookRequest(body: Buffer): HookRequest | null {
  const fields = openFields(body);
  const head = fields.take(7);
  if (head === null) return null;
  const [protocol, version = '', uid, umask = '', cwd = '', hook, count] = head;
  if (protocol !== PROTOCOL || !isHookName(hook) || !(Number(count) <= WORDS_MAX)) return null;
  const words = fields.take(Number(count));
  const env = readVariables(fields);
  if (words === null || env === null) return null;
  const call = { hook, words, stdin: fields.rest(), caller: { cwd, env } };
  return { version, uid: Number(uid), umask, call };
}

function readVariables(fields: Fields): Record<string, string> | null {
  const env: Record<string, string> = {};
  for (;;) {
    const [pair] = fields.take(1) ?? [];
    if (pair === '') return env;
    const equals = pair?.indexOf('=') ?? -1;
    if (pair === undefined || equals < 1) return null;
    env[pair.slice(0, equals)] = pair.slice(equals + 1);
  }
}

/** git gives no hook more than a few. */
const WORDS_MAX = 1000;

interface Fields {
  /** The next fields; null where there are not as many. */
  readonly take: (count: number) => readonly string[] | null;
  readonly rest: () => string;
}

function openFields(body: Buffer): Fields {
  let at = 0;
  const next = (): string | null => {
    const end = body.indexOf(0, at);
    if (end < 0) return null;
    const field = body.toString('utf8', at, end);
    at = end + 1;
    return field;
  };
  return {
    take: (count) => {
      const taken = Array.from({ length: count }, next).filter((field) => field !== null);
      return taken.length === count ? taken : null;
    },
    rest: () => body.toString('utf8', at),
  };
}
