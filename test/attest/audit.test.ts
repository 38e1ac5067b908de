// A dishonest owner of the right key: what verify cannot see, audit does, as long as the recordings are there.
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterAll, expect, test } from 'vitest';
import { auditRange } from '../../src/flow/attribute/audit-range.ts';
import { openRepository } from '../../src/git/open-repository.ts';
import { fingerprintEdit } from '../../src/match/fingerprints.ts';
import type { Audit } from '../../src/model/audit.ts';
import type { AttributedFile } from '../../src/model/origin.ts';
import { auditText } from '../../src/print/audit-lines.ts';

import { openStore } from '../../src/store/open-store.ts';
import { draft, ending, newSession, writing } from '../store/store-kit.ts';
import { ask, attest, makeIdentity, verdicts } from './attest-kit.ts';
import { openLab, type Lab } from './lab.ts';

const labs: Lab[] = [];
afterAll(() => {
  for (const lab of labs) rmSync(dirname(lab.repo), { recursive: true });
});

const BLOCK = `export function overdueOrders(today: Date): Order[] {
  const cutoff = addDays(today, -gracePeriod);
  return orders.filter((order) => order.dueOn < cutoff);
}
`;

/** Records that a model wrote the file. @returns the exchange's id. */
async function record(lab: Lab, path: string, text: string): Promise<string> {
  const store = await openStore({ home: lab.home, mode: 'write', inProcess: true });
  try {
    const repository = (await openRepository(lab.caller)).commonDir;
    const session = await newSession(store, { atMs: Date.now() });
    const begun = draft(session, { startedAtMs: Date.now() });
    await store.beginExchange(begun);
    const edit = { kind: 'write', path, text } as const;
    const fingerprints = fingerprintEdit(await store.readKey(), edit);
    const emissions = [writing(path, text, { repository, fingerprints })];
    await store.endExchange(ending(begun.id, { endedAtMs: Date.now(), emissions }));
    return begun.id;
  } finally {
    await store.close();
  }
}

interface Scene {
  readonly lab: Lab;
  readonly commit: string;
  readonly exchange: string;
}

/** An AI's file, committed, attested by somebody who changes what was found before signing it. */
async function openScene(
  change: (files: readonly AttributedFile[]) => readonly AttributedFile[],
): Promise<Scene> {
  const lab = openLab();
  labs.push(lab);
  await makeIdentity(lab);
  lab.commit('README', 'hello\n');
  const exchange = await record(lab, 'src/a.ts', BLOCK);
  const commit = lab.commit('src/a.ts', `${BLOCK}\n// written by hand, by nobody else\n`);
  await attest(lab, [commit], { recorded: change });
  return { lab, commit, exchange };
}

const findings = ({ commits }: Audit): readonly string[] =>
  commits.flatMap((each) =>
    each.findings.map(
      ({ kind, path, startLine, endLine }) => `${kind} ${path}:${startLine}-${endLine}`,
    ),
  );

const hide = (files: readonly AttributedFile[]): readonly AttributedFile[] =>
  files.map((file) => ({
    ...file,
    added: file.added.map((line) => ({ ...line, origin: { kind: 'unrecorded' } })),
  }));

test('a: an honest note agrees with the recordings, whatever is recorded afterwards', async () => {
  const { lab } = await openScene((files) => files);
  await record(lab, 'src/a.ts', `${BLOCK}\n// written by hand, by nobody else\n`);
  const audit = await auditRange(lab.caller, null);
  expect(findings(audit)).toEqual([]);
  expect(auditText(audit)).toBe('1 commit audited: 6 lines agree\n');
});

test('a: a note that hides an AI’s lines is signed and logged and verifies; audit names the lines and the exchange', async () => {
  const { lab, exchange } = await openScene(hide);
  expect(await verdicts(lab)).toEqual(['verified']);
  const audit = await auditRange(lab.caller, null);
  expect(findings(audit)).toEqual(['contradiction src/a.ts:1-4']);
  expect(auditText(audit)).toContain(
    `src/a.ts:1-4  contradiction: the note says unrecorded, the recordings say ai by claude-code, model-1 (exchange ${exchange})`,
  );
});

test('b: a note that lays a person’s line at an AI’s door', async () => {
  const { lab } = await openScene((files) =>
    files.map((file) => {
      const origin = file.added[0]?.origin ?? { kind: 'unrecorded' as const };
      return { ...file, added: file.added.map((line) => ({ ...line, origin })) };
    }),
  );
  expect(await verdicts(lab)).toEqual(['verified']);
  expect(findings(await auditRange(lab.caller, null))).toEqual(['contradiction src/a.ts:5-6']);
});

test('b: a note that says another agent', async () => {
  const { lab } = await openScene((files) =>
    files.map((file) => ({
      ...file,
      added: file.added.map((line) =>
        line.origin.kind === 'unrecorded'
          ? line
          : {
              ...line,
              origin: { ...line.origin, source: { ...line.origin.source, agent: 'codex' } },
            },
      ),
    })),
  );
  expect(findings(await auditRange(lab.caller, null))).toEqual(['contradiction src/a.ts:1-4']);
});

test('what was erased is erased, not contradicted; what was never here is elsewhere', async () => {
  const { lab } = await openScene((files) => files);
  const database = new DatabaseSync(join(lab.home, 'store.db'));
  database.exec('PRAGMA foreign_keys = ON');
  database.exec('DELETE FROM exchanges');
  database.close();
  const erased = await auditRange(lab.caller, null);
  expect(findings(erased)).toEqual(['erased src/a.ts:1-4']);
  expect(auditText(erased)).toContain('what was recorded of it has been erased');
  const other = openLab();
  labs.push(other);
  const store = await openStore({ home: other.home, mode: 'write', inProcess: true });
  await store.close();
  const there = { ...lab.caller, env: { ...lab.env, AITRAIL_HOME: other.home } };
  expect(findings(await auditRange(there, null))).toEqual(['elsewhere src/a.ts:1-4']);
});

test.each([
  ['pruned', 'went for their age', 'was pruned for its age'],
  ['erased', 'were erased', 'has been erased'],
] as const)(
  'what retention or a person took away: verify and audit say %s, the note holds',
  async (why, told, audited) => {
    const { lab } = await openScene((files) => files);
    expect((await ask(lab)).verdicts).toMatchObject([{ status: 'verified', reason: null }]);
    const store = await openStore({ home: lab.home, mode: 'write', inProcess: true });
    const removal = { why, beforeMs: Date.now() + 1000, user: null, session: null, worktree: null };
    expect(await store.removeExchanges(removal, 'retention')).toBe(1);
    await store.close();
    const reason = `${why}: 1 of 1 recordings ${told}, their digests stay`;
    expect((await ask(lab)).verdicts).toMatchObject([{ status: 'verified', reason }]);
    const audit = await auditRange(lab.caller, null);
    expect(findings(audit)).toEqual([`${why} src/a.ts:1-4`]);
    expect(auditText(audit)).toContain(`what was recorded of it ${audited}`);
  },
);

test('an index in another machine’s log says nothing here', async () => {
  const [one, other] = [await openScene((files) => files), await openScene((files) => files)];
  const store = await openStore({ home: other.lab.home, mode: 'write', inProcess: true });
  const all = { beforeMs: Date.now() + 1000, user: null, session: null, worktree: null };
  await store.removeExchanges({ why: 'pruned', ...all }, 'retention');
  await store.close();
  for (const file of ['store.db', 'store.db-wal', 'store.db-shm']) {
    rmSync(join(one.lab.home, file), { force: true });
    if (existsSync(join(other.lab.home, file)))
      copyFileSync(join(other.lab.home, file), join(one.lab.home, file));
  }
  expect((await ask(one.lab)).verdicts).toMatchObject([{ status: 'verified', reason: null }]);
  expect((await ask(other.lab)).verdicts).toMatchObject([
    { reason: expect.stringMatching(/^pruned: 1 of 1/) },
  ]);
});
