import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { formatHookRequest, parseHookRequest } from '../../src/hooks/hook-request.ts';
import { findAgentSignals } from '../../src/model/agent-signals.ts';
import { HOOK_NAMES } from '../../src/model/hook.ts';

const request = {
  version: '1.2.3',
  uid: 1000,
  umask: '0022',
  call: {
    hook: 'post-rewrite',
    words: ['rebase', ''],
    stdin: 'a b\n\0c',
    caller: { cwd: '/work/a b', env: { HOME: '/h', GIT_DIR: '.git', EMPTY: '', CLAUDECODE: '1' } },
  },
} as const;

test("a request survives its way, apart from variables that are nobody else's business", () => {
  const parsed = parseHookRequest(Buffer.from(formatHookRequest(request)));
  const env = { HOME: '/h', GIT_DIR: '.git', CLAUDECODE: '1' };
  const caller = { ...request.call.caller, env };
  expect(parsed).toEqual({ ...request, call: { ...request.call, caller } });
});

test.each([
  ['nothing', ''],
  ['another protocol', '2\0v\x001\x000\0/\0pre-commit\x000\0\0'],
  ['a hook of somebody else', '1\0v\x001\x000\0/\0commit-msg\x000\0\0'],
  ['more words than there are', '1\0v\x001\x000\0/\0pre-commit\x005\0\0'],
  ['words without number', '1\0v\x001\x000\0/\0pre-commit\0x\0\0'],
  ['a variable without a name', '1\0v\x001\x000\0/\0pre-commit\x000\0=x\0\0'],
  ['a body that was cut', '1\0v\x001\x000\0/\0pre-commit\x000\0HOME=/h\0'],
])('%s is no request', (_, body) => expect(parseHookRequest(Buffer.from(body))).toBeNull());

test('the shim sends every variable that tells an agent at work', () => {
  const shim = readFileSync('hooks/run.sh', 'utf8');
  const names = new Set([...shim.matchAll(/\b[A-Z][A-Z0-9_]{5,}\b/g)].map(([name]) => name));
  const all = new Proxy({}, { get: () => '1' });
  expect(findAgentSignals(all).filter((name) => !names.has(name))).toEqual([]);
});

/** A hook's file without its own name. */
const readHookFile = (name: string): string =>
  readFileSync(`hooks/${name}`, 'utf8').replace(`hook=${name}\n`, 'hook=\n');

test.each(HOOK_NAMES)('the file of %s differs from the others by its name alone', (hook) => {
  expect(readHookFile(hook)).toBe(readHookFile('pre-commit'));
});
