// A report as one file that opens offline and prints well: no script, nothing to load, its policy allows its own style alone.
import { createHash } from 'node:crypto';
import type { Report } from '../model/report.ts';
import { htmlTable, htmlText, type Table } from './html.ts';
import { timestamp } from './moments.ts';
import { REPORT_STYLE } from './report-style.ts';
import { agentOf, whereOf } from './session-lines.ts';

const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(REPORT_STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`;

/** @returns the document, ended by LF. */
export const reportHtml = (report: Report): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${htmlText(POLICY).replaceAll('&#39;', "'")}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${htmlText(titleOf(report))}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<header>
<h1>${htmlText(titleOf(report))}</h1>
<p class="about">Made ${htmlText(minute(report.madeAtMs))} UTC from the recordings of this machine${report.repository === null ? '' : ` and the commits of <code>${htmlText(report.repository)}</code>`}. All times are UTC.</p>
<ul class="cards">
${cards(report)}
</ul>
</header>
<main>
${sections(report)}</main>
</body>
</html>
`;

const titleOf = ({ sinceMs, untilMs }: Report): string =>
  `aitrail report, ${minute(sinceMs)} to ${minute(untilMs)}`;

/** `2026-11-21 12:05`. */
const minute = (atMs: number): string =>
  (timestamp(atMs) ?? '').replace('T', ' ').replace(/:\d\d\.\d+Z$/, '');

const STOPPED = new Set(['blocked', 'refused', 'denied']);

function cards(report: Report): string {
  const { sessions, decisions, masks, approvals, commits } = report;
  const bare = (commits ?? []).filter(({ lines }) => lines === null).length;
  const facts: readonly (readonly [number | null, string, boolean])[] = [
    [sessions.length, 'sessions', false],
    [sessions.reduce((sum, { exchanges }) => sum + exchanges, 0), 'exchanges', false],
    [commits?.length ?? null, 'commits', false],
    [commits === null ? null : bare, 'without provenance', bare > 0],
    [decisions.filter(({ effect }) => STOPPED.has(effect)).length, 'blocked', false],
    [masks.reduce((sum, { values }) => sum + values, 0), 'values masked', false],
    [approvals?.length ?? null, 'approvals asked for', false],
  ];
  return facts
    .map(
      ([count, name, isBad]) =>
        `<li${isBad ? ' class="bad"' : ''}><b>${count === null ? '–' : String(count)}</b> ${name}</li>`,
    )
    .join('\n');
}

const section = (name: string, why: string, body: string): string =>
  `<section><h2>${htmlText(name)}</h2>\n<p class="why">${htmlText(why)}</p>\n${body}</section>\n`;

const sections = (report: Report): string =>
  [
    section(
      'Log',
      'Every record has a leaf in an append-only log; checking recomputes each from its record.',
      logPart(report),
    ),
    section(
      'Policy',
      'Each decision and each signed note names the policy that held, by its SHA-256.',
      htmlTable(policyTable(report)),
    ),
    section(
      'Commits without provenance',
      'Of their lines nothing can be said: no valid signed note.',
      htmlTable(bareTable(report)),
    ),
    section(
      'Commits',
      'Lines that each commit added, as its signed note says.',
      htmlTable(commitTable(report)),
    ),
    section(
      'Blocked, refused and let through',
      'What rules and checks decided. The log names no files and no text.',
      htmlTable(decisionTable(report)),
    ),
    section(
      'Approvals',
      'Asked for in this time, and what became of it.',
      htmlTable(approvalTable(report)),
    ),
    section(
      'Masked secrets',
      'By the rule that found them. The values are nowhere in the recordings.',
      htmlTable(maskTable(report)),
    ),
    section(
      'Access and events',
      'Who looked at recordings, was turned away or stopped; what passed unrecorded.',
      htmlTable(eventTable(report)),
    ),
    section(
      'Sessions',
      'Conversations with models, the newest first.',
      htmlTable(sessionTable(report)),
    ),
  ].join('');

function logPart({ log }: Report): string {
  if ('fault' in log) return `<p class="bad">${htmlText(log.fault)}</p>\n`;
  const torn =
    log.repaired.length === 0
      ? ''
      : ` Derived files were torn: ${htmlText(log.repaired.join(', '))}.`;
  return `<p class="good">It holds: ${String(log.size)} entries, ${String(log.recordsChecked)} records checked.${torn}</p>
<p>Origin <code>${htmlText(log.origin)}</code>, key <code>${htmlText(log.vkey)}</code>, root <code>${htmlText(log.root)}</code></p>
`;
}

function policyTable({ policy, decisions, commits }: Report): Table {
  const used = [
    ...decisions.map((each) => each.policy),
    ...(commits ?? []).map((each) => each.policy),
  ].filter((digest) => digest !== null);
  const digests = [...new Set([policy.digest, ...used])];
  return {
    columns: ['SHA-256', 'decisions and commits', 'in force now'],
    rows: digests.map((digest) => [
      digest,
      String(used.filter((each) => each === digest).length),
      digest === policy.digest
        ? `mode ${policy.mode}, recordings kept ${String(policy.retentionDays)} days; ${policy.files.length === 0 ? 'defaults only' : policy.files.join(', ')}`
        : '',
    ]),
    none: '',
  };
}

const bareTable = ({ commits }: Report): Table => ({
  columns: ['committed', 'commit', 'author', 'subject'],
  rows: (commits ?? [])
    .filter(({ lines }) => lines === null)
    .map(({ atMs, commit, author, subject }) => [
      minute(atMs),
      commit.slice(0, 12),
      author,
      subject,
    ]),
  none: commits === null ? 'Not asked: outside of a repository.' : 'None: every commit has a note.',
});

const commitTable = ({ commits }: Report): Table => ({
  columns: ['committed', 'commit', 'ai', 'mixed', 'unrecorded', 'author', 'subject'],
  rows: (commits ?? []).flatMap(({ atMs, commit, lines, author, subject }) =>
    lines === null
      ? []
      : [
          [
            minute(atMs),
            commit.slice(0, 12),
            ...[lines.ai, lines.mixed, lines.unrecorded].map(String),
            author,
            subject,
          ],
        ],
  ),
  none: 'None with a signed note.',
});

const decisionTable = ({ decisions }: Report): Table => ({
  columns: ['at', 'decision', 'about', 'log index'],
  rows: decisions.map(({ at, effect, what, logIndex }) => [
    minute(Date.parse(at)),
    effect,
    what,
    String(logIndex),
  ]),
  none: 'Nothing was blocked, refused or observed.',
});

const approvalTable = ({ approvals }: Report): Table => ({
  columns: ['asked', 'id', 'kind', 'what', 'by', 'state', 'decided by'],
  rows: (approvals ?? []).map(({ request, state, decisions }) => [
    minute(request.createdAtMs),
    request.id,
    request.kind,
    request.what,
    request.requester,
    state.kind,
    decisions
      .map(
        (decision) =>
          `${decision.approver}: ${decision.answer}${decision.reason === '' ? '' : ` (${decision.reason})`}`,
      )
      .join('; '),
  ]),
  none: approvals === null ? 'They could not be read.' : 'None was asked for.',
});

const maskTable = ({ masks }: Report): Table => ({
  columns: ['rule', 'values', 'exchanges', 'passed on in clear', 'first', 'last'],
  rows: masks.map(({ rule, values, exchanges, forwarded, firstAtMs, lastAtMs }) => [
    rule,
    String(values),
    String(exchanges),
    String(forwarded),
    minute(firstAtMs),
    minute(lastAtMs),
  ]),
  none: 'None was found.',
});

const eventTable = ({ events }: Report): Table => ({
  columns: ['at', 'event', 'what', 'log index'],
  rows: events.map(({ atMs, kind, detail, logIndex }) => [
    minute(atMs),
    kind,
    Object.entries(detail)
      .filter(([, value]) => value !== null && value !== '')
      .map(
        ([name, value]) =>
          `${name} ${typeof value === 'object' ? (value ?? []).join(' ') : String(value)}`,
      )
      .join(', '),
    String(logIndex),
  ]),
  none: 'None.',
});

const sessionTable = ({ sessions }: Report): Table => ({
  columns: ['began', 'session', 'user', 'agent', 'models', 'where', 'exchanges'],
  rows: sessions.map((session) => [
    minute(session.startedAtMs),
    session.id,
    session.principal.email,
    agentOf(session),
    session.models.join(', '),
    whereOf(session),
    String(session.exchanges),
  ]),
  none: 'None was recorded.',
});
