// A file's history in a few words, for tables: who wrote what, in order, and the labels of the lines at the end.
import { attributeText } from '../../src/match/attribute-text.ts';
import { openAuthorTable } from '../../src/match/authors.ts';
import { versionOfEdit } from '../../src/match/edit-version.ts';
import { buildTimeline, type Fragment, type TimelineEvent } from '../../src/match/timeline.ts';
import { openTokenizer } from '../../src/match/tokens.ts';
import type { Edit, Outcome } from '../../src/model/edit.ts';

export type Happening =
  /** Somebody looked at the file: what stands there now nobody recorded, unless it was. */
  | { readonly seen: string }
  | { readonly by: string; readonly edit: Edit; readonly outcome?: Outcome }
  /** A command ran, and this is what the file was afterwards. */
  | { readonly by: string; readonly ran: string };

const LETTER = { ai: 'a', mixed: 'm', unrecorded: 'h' } as const;
const KEY = new Uint8Array(32).fill(9);

export interface Labels {
  /** One letter per line: a, m, h. */
  readonly labels: string;
  /** One session per line, null where unrecorded. */
  readonly sessions: readonly (string | null)[];
  readonly evidence: readonly (string | null)[];
}

export function replay(happenings: readonly Happening[], final: string): Labels {
  const tokenizer = openTokenizer(KEY);
  const table = openAuthorTable();
  const emittedLines = new Set<string>();
  const fragments: Fragment[] = [];
  const events = happenings.flatMap((one, at): TimelineEvent[] => {
    const exchange = `x${String(at)}`;
    const atMs = 1000 + at;
    if ('seen' in one)
      return [{ kind: 'seen', atMs, exchange, text: tokenizer.tokenize(one.seen) }];
    const source = { exchange, session: one.by, agent: one.by, model: 'model' };
    if ('ran' in one) {
      const author = table.numberOf({ source, evidence: 'observed' });
      const next = `${exchange}+`;
      return [
        { kind: 'ran', atMs, exchange, nextExchange: next, author },
        { kind: 'seen', atMs: atMs + 0.5, exchange: next, text: tokenizer.tokenize(one.ran) },
      ];
    }
    const author = table.numberOf({ source, evidence: 'exact' });
    if ('text' in one.edit) for (const line of one.edit.text.split('\n')) emittedLines.add(line);
    if (one.edit.kind === 'snippet') {
      const version = versionOfEdit(one.edit, { author }, tokenizer);
      if (version !== null) fragments.push({ atMs, exchange, version, isRejected: false });
      return [];
    }
    return [
      {
        kind: 'wrote',
        atMs,
        exchange,
        edit: one.edit,
        outcome: one.outcome ?? 'accepted',
        author,
      },
    ];
  });
  const timeline = buildTimeline({ tokenizer, base: null, events, listFragments: () => fragments });
  const added = new Set(final.split('\n').map((_line, at) => at + 1));
  const origins = attributeText(
    { text: final, added },
    {
      tokenizer,
      table,
      timelines: [timeline],
      noted: [],
      listFragments: () => fragments,
      isEmitted: (line) => emittedLines.has(line),
    },
  );
  return {
    labels: origins.map((origin) => LETTER[origin.kind]).join(''),
    sessions: origins.map((origin) =>
      origin.kind === 'unrecorded' ? null : origin.source.session,
    ),
    evidence: origins.map((origin) => (origin.kind === 'unrecorded' ? null : origin.evidence)),
  };
}
