// Cases that say what a policy is to do, judged by the policy in force: the tests of a policy.
import { findRepository } from '../../git/open-repository.ts';
import { findProtected } from '../../guard/find-protected.ts';
import type { Caller } from '../../model/caller.ts';
import type { Policy } from '../../model/policy.ts';
import { type PolicyCase, readPolicyCases } from '../../config/policy-cases.ts';
import { loadPolicy } from './load-policy.ts';
import { type Met, openMeeting, strictestOf } from './policy-meet.ts';
import { openPathResolver } from '../record/resolve-path.ts';

/** Where cases are looked for when none are named. */
const CASES_FILE = '.aitrail/policy-tests.yaml';

export interface TestedCase {
  readonly name: string;
  /** `file:line`. */
  readonly place: string;
  readonly expected: PolicyCase['expect'];
  readonly found: PolicyCase['expect'];
  /** What was to decide it; null: whatever does. */
  readonly rule: string | null;
  readonly met: readonly Met[];
  readonly isRight: boolean;
}

/** @throws Fault CONFIG_INVALID, NO_SUCH_FILE. */
export async function testPolicy(
  caller: Caller,
  files: readonly string[],
): Promise<readonly TestedCase[]> {
  const repository = await findRepository(caller);
  const policy = await loadPolicy(caller, repository);
  const worktree = repository?.worktree ?? caller.cwd;
  const meeting = openMeeting({
    policy,
    agent: null,
    standing: { directory: worktree, worktree },
    repository: repository?.commonDir ?? null,
    paths: openPathResolver(caller),
  });
  const read =
    files.length === 0
      ? [readPolicyCases(worktree, CASES_FILE)]
      : files.map((file) => readPolicyCases(caller.cwd, file));
  const cases = (await Promise.all(read)).flat();
  return Promise.all(
    cases.map(async (one) => judgeCase(one, await meetCase(policy, meeting, one))),
  );
}

function judgeCase({ name, place, expect, rule }: PolicyCase, met: readonly Met[]): TestedCase {
  const found = strictestOf(met);
  const isRule = rule === null || met.some((one) => one.action === found && one.rule === rule);
  const isRight = found === expect && isRule;
  return { name, place, expected: expect, found, rule, met, isRight };
}

async function meetCase(
  policy: Policy,
  meeting: ReturnType<typeof openMeeting>,
  { subject }: PolicyCase,
): Promise<readonly Met[]> {
  switch (subject.kind) {
    case 'call':
      return meeting.call({ id: null, name: subject.tool, input: subject.input });
    case 'path':
      return meetPath(policy, subject.path, subject.from);
    case 'prompt':
    case 'text':
      return meeting.text(subject.kind, subject.text);
    case 'request':
      return meeting.request(subject.method, subject.path, subject.body);
  }
}

/** A change to a file as the commit's own check sees it. */
const meetPath = (policy: Policy, path: string, from: 'ai' | 'other'): readonly Met[] =>
  findProtected([{ path, oldMode: '100644', newMode: '100644' }], policy.protect)
    .filter(({ rule }) => from === 'ai' || rule.from === 'any')
    .map(({ rule }) => ({
      action: rule.action,
      on: 'protect',
      rule: path,
      what: null,
      place: rule.place === null ? null : `${rule.place.file}:${String(rule.place.line)}`,
    }));
