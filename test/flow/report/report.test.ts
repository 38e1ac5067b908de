// A report over a repository with an attested commit, one from elsewhere, masks, a refused commit, and hostile words.
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gatherReport } from '../../../src/flow/report/gather-report.ts';
import { initRepository } from '../../../src/flow/setup/init-repository.ts';
import type { Report } from '../../../src/model/report.ts';
import { reportHtml } from '../../../src/print/report-html.ts';
import { reportDocument } from '../../../src/print/report-json.ts';
import { formatLeaf } from '../../../src/log/leaf.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { openLab, type Lab } from '../../attest/lab.ts';
import { record } from '../../hooks/record.ts';
import { draft, ending, newSession } from '../../store/store-kit.ts';

const TEXT =
  'export const rows = [1, 2, 3];\nexport const sum = rows.reduce((a, b) => a + b, 0);\n';
const HOSTILE = '<script>alert(1)</script>\u001B[31m\u202E"\'&';
const PLACEHOLDER = ['AITRAIL', 'github', 'pat', '0a1b2c3d'].join('_');

let lab: Lab;
let report: Report;
beforeAll(async () => {
  lab = openLab();
  await initRepository(lab.caller, { askNotesPush: () => Promise.resolve(true) });
  await record(lab, 'rows.js', TEXT);
  lab.commit('rows.js', TEXT);
  lab.write('by-hand.md', 'x\n');
  lab.git('add', '-A');
  lab.git('-c', 'core.hooksPath=none', 'commit', '-q', '-m', HOSTILE);
  const store = await openStore({ home: lab.home, mode: 'write', inProcess: true });
  const startedAtMs = Date.now() - 1000;
  const session = await newSession(store, { agent: HOSTILE, atMs: startedAtMs });
  const mask = { rule: 'github-pat', placeholder: PLACEHOLDER, channel: 'request' } as const;
  for (const isForwarded of [true, false]) {
    const begun = draft(session, { startedAtMs });
    await store.beginExchange(begun);
    const masks = [{ ...mask, direction: 'toModel', isForwarded, ranges: [] }] as const;
    await store.endExchange(ending(begun.id, { masks, endedAtMs: startedAtMs + 1 }));
  }
  const at = new Date().toISOString();
  const policy = 'd'.repeat(64);
  await store.appendLog(
    formatLeaf({ kind: 'event', id: 'blocked tool-call x1', at, digests: { policy } }),
  );
  const ruled = { effect: 'held', on: 'prompt', rule: 'exports', exchange: 'x2', policy };
  await store.addEvent({ kind: 'ruled', atMs: Date.now(), detail: ruled });
  await store.addEvent({ kind: 'gap', atMs: Date.now(), detail: { why: HOSTILE } });
  await store.close();
  report = await gatherReport(lab.caller, { sinceMs: Date.now() - 3_600_000, untilMs: Date.now() });
}, 60_000);
afterAll(() => rmSync(dirname(lab.repo), { recursive: true }));

test('it says what happened in that time', () => {
  expect(report).toMatchObject({
    sessions: [{ exchanges: 2 }, { agent: 'claude-code', exchanges: 1 }],
    commits: [
      { subject: expect.any(String), lines: null },
      { lines: { ai: 2, mixed: 0, unrecorded: expect.any(Number) } },
    ],
    masks: [{ rule: 'github-pat', exchanges: 2, values: 1, forwarded: 1 }],
    decisions: [
      { effect: 'held', what: 'prompt exports x2', policy: 'd'.repeat(64) },
      { effect: 'blocked', what: 'tool-call x1', policy: 'd'.repeat(64) },
    ],
    events: [{ kind: 'gap' }],
    approvals: [],
    log: { size: expect.any(Number) },
    policy: { digest: expect.stringMatching(/^[0-9a-f]{64}$/), retentionDays: 90 },
  });
  expect(reportDocument(report)).toMatchObject({ schema: 'aitrail.report/1' });
});

test('what lies before or behind the time is left out', async () => {
  const before = await gatherReport(lab.caller, { sinceMs: 0, untilMs: 1 });
  expect(before).toMatchObject({ sessions: [], commits: [], masks: [], decisions: [], events: [] });
});

test('the page runs and loads nothing, and shows hostile words as words', () => {
  const page = reportHtml(report);
  expect(page).toContain("content=\"default-src 'none'; style-src 'sha256-");
  expect(page).toContain('&lt;script&gt;');
  for (const sign of ['<script', '<img', '<link', '@import', 'url(', '\u001B', '\u202E'])
    expect(page).not.toContain(sign);
  expect(page.match(/https?:/g)).toBeNull();
  expect(page).toContain('without provenance');
  expect(page).toContain('It holds:');
});
