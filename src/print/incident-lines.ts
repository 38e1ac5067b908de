// An incident, for people and for programs: where a value came from, where it went, what is clean.
import type {
  CommitSight,
  FileSight,
  Held,
  Incident,
  IncidentScope,
  RecordedSight,
} from '../model/incident.ts';
import { counted, localMinute, timestamp } from './moments.ts';
import { plainLine } from './plain-text.ts';
import type { Style } from './style.ts';

const SHOWN_MAX = 20;

/** @returns lines ended by LF. */
export function incidentLines(incident: Incident, style: Style): string {
  const { sights, commits, files, staged, loose } = incident;
  const lines = [
    style.bold(plainLine(incident.placeholders.join(', '))),
    ...(incident.hasValue
      ? []
      : ['the value itself is not known here: only its placeholder was looked for']),
    ...section(style, 'recorded', [
      ...sights.filter(isFresh).map((sight) => recordedLine(sight, style)),
      ...repeatedLines(sights, style),
    ]),
    ...section(
      style,
      'commits',
      (commits ?? []).map((sight) => commitLine(sight, style)),
    ),
    ...section(
      style,
      'staged',
      staged.map(({ path, held }) => `${plainLine(path)}  ${heldWord(held, style)}`),
    ),
    ...section(
      style,
      'files',
      (files ?? []).map((sight) => fileLine(sight, style)),
    ),
    ...section(
      style,
      'in .git alone',
      loose.map(({ object, held }) => `${object}  ${heldWord(held, style)}`),
    ),
    ...section(style, 'clean', cleanOf(incident)),
    ...section(style, 'looked at', scopeLines(incident.scope)),
    ...section(style, 'next', nextSteps(incident)),
  ];
  return `${lines.join('\n')}\n`;
}

function section(style: Style, name: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  const rest = lines.length - SHOWN_MAX;
  const shown = lines.slice(0, SHOWN_MAX).map((line) => `  ${line}`);
  return [
    '',
    style.bold(name),
    ...shown,
    ...(rest > 0 ? [`  … and ${String(rest)} more: --json has all`] : []),
  ];
}

const HOW: Readonly<Record<RecordedSight['how'], string>> = {
  typed: 'typed by',
  read: 'read by a tool, for',
  written: 'written by the model, for',
  headers: 'in headers, for',
  url: 'in the URL of a request, for',
  sent: 'in a request, for',
  answered: 'in the reply, for',
  again: 'sent again, for',
};

const isFresh = ({ how }: RecordedSight): boolean => how !== 'again';

/** A session sends its history with every request: what matters of it is where to, and how often. */
function repeatedLines(sights: readonly RecordedSight[], style: Style): readonly string[] {
  const counts = new Map<string, number>();
  for (const sight of sights.filter(({ how }) => how === 'again')) {
    const line = `with their history to ${style.agent(plainLine(sight.model ?? 'unknown model'))} at ${plainLine(sight.connection)}, session ${style.bold(sight.session)}  ${passedWord(sight, style)}`;
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return [...counts].map(([line, count]) => `sent again by ${counted(count, 'request')} ${line}`);
}

function recordedLine(sight: RecordedSight, style: Style): string {
  const tool = sight.tool === null ? '' : ` (${plainLine(sight.tool)})`;
  const files = sight.files.length === 0 ? '' : `  into ${sight.files.map(plainLine).join(', ')}`;
  const who = [sight.agent ?? 'unknown agent', sight.model]
    .filter((word) => word !== null)
    .join(' ');
  return `${localMinute(sight.atMs)}  ${style.bold(sight.exchange)}  ${HOW[sight.how]} ${plainLine(sight.user)}${tool}  ${style.agent(plainLine(who))} at ${plainLine(sight.connection)}  ${passedWord(sight, style)}${files}`;
}

function passedWord({ isForwarded, held }: RecordedSight, style: Style): string {
  if (held === 'value') return style.removed('in clear, also in the recording');
  if (isForwarded === null) return 'placeholder only';
  return isForwarded ? style.warning('passed on in clear') : style.added('masked, not passed on');
}

const heldWord = (held: Held, style: Style): string =>
  held === 'value' ? style.removed('the value') : 'placeholder only';

function commitLine(sight: CommitSight, style: Style): string {
  const where =
    sight.path === null ? 'in its message' : `${sight.change} in ${plainLine(sight.path)}`;
  const at =
    sight.remotes.length === 0 ? 'on no remote' : style.warning(`on ${sight.remotes.join(', ')}`);
  return `${localMinute(sight.atMs)}  ${style.bold(sight.commit.slice(0, 12))}  ${where}  ${heldWord(sight.held, style)}  ${at}  ${plainLine(sight.author)}: ${plainLine(sight.subject)}`;
}

const fileLine = ({ path, line, held }: FileSight, style: Style): string =>
  `${plainLine(path)}:${String(line)}  ${heldWord(held, style)}`;

const isClean = (found: readonly { readonly held: Held }[]): boolean =>
  found.every(({ held }) => held === 'placeholder');

/** What can be said not to have the value, as far as was looked; nothing where only its placeholder is known. */
function cleanOf({ hasValue, ...incident }: Incident): readonly string[] {
  if (!hasValue) return [];
  const { sights, commits, files, staged, loose, scope } = incident;
  const cut = scope.isShallow ? ', as far as this clone goes' : '';
  const kept = scope.textless + scope.gone === 0 ? '' : ', as far as their text is here';
  const remote = (commits ?? []).filter(({ remotes }) => remotes.length > 0);
  const claims: readonly (readonly [boolean, string])[] = [
    [isClean(sights), `no recorded exchange holds the value${kept}`],
    [
      sights.every(({ isForwarded }) => isForwarded !== true),
      `no recorded exchange passed it on in clear${kept}`,
    ],
    [commits !== null && isClean(commits), `no commit holds the value${cut}`],
    [
      commits !== null && isClean(remote),
      `no remote has a commit with it, as far as was fetched${cut}`,
    ],
    [files !== null && isClean(files), 'no file of the working tree holds the value'],
    [
      commits !== null && isClean([...staged, ...loose]),
      'nothing staged and nothing loose in .git holds the value',
    ],
  ];
  return claims.filter(([holds]) => holds).map(([, claim]) => claim);
}

const kilobytes = (bytes: number): string => `${String(Math.ceil(bytes / 1000))} kB`;

const scopeLines = (scope: IncidentScope): readonly string[] => [
  `${counted(scope.exchanges, 'recorded exchange')}, ${kilobytes(scope.recordedBytes)}: all bodies and URLs, and the headers that are kept`,
  'of other headers, credentials among them, nothing can be said',
  ...(scope.textless === 0
    ? []
    : [
        `${counted(scope.textless, 'exchange')} of which not all text was kept: there masks were looked at, and what is left`,
      ]),
  ...(scope.gone === 0
    ? []
    : [`${counted(scope.gone, 'exchange')} pruned or erased before: of these nothing can be said`]),
  ...(scope.objects === 0
    ? []
    : [
        `${counted(scope.commits, 'commit')}, ${counted(scope.objects, 'object')}, ${kilobytes(scope.objectBytes)}${scope.isShallow ? '; this clone lacks some of the history or of the files' : ''}`,
        counted(scope.files, 'file'),
      ]),
];

function nextSteps({ sights, commits, files, hasValue, staged }: Incident): readonly string[] {
  const first = sights[0];
  const inClear = [...(commits ?? []), ...(files ?? []), ...staged].some(
    ({ held }) => held === 'value',
  );
  const wentOut = sights.some(({ isForwarded }) => isForwarded === true);
  return [
    ...(inClear || wentOut
      ? ['revoke the value where it was issued: who had it cannot be made to forget it']
      : []),
    ...(first === undefined ? [] : [`where it began: aitrail show ${first.exchange}`]),
    ...(hasValue ? [] : ['look for the value itself: aitrail incident --stdin']),
  ];
}

/** `aitrail.incident/1`. */
export const incidentDocument = (incident: Incident): object => ({
  schema: 'aitrail.incident/1',
  placeholders: incident.placeholders,
  hasValue: incident.hasValue,
  firstSeenAt: timestamp(incident.sights[0]?.atMs ?? null),
  recorded: incident.sights.map(({ atMs, ...sight }) => ({ at: timestamp(atMs), ...sight })),
  commits:
    incident.commits?.map(({ atMs, ...sight }) => ({ at: timestamp(atMs), ...sight })) ?? null,
  staged: incident.staged,
  files: incident.files,
  loose: incident.loose,
  clean: cleanOf(incident),
  scanned: incident.scope,
});
