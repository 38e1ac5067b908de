// From what was found in the store's rows to the exchanges that hold it.
import type { ContentHit, ContentHolder } from './content-store.ts';

/** What an exchange's row says of where its content lies. */
export interface HoldingRow {
  readonly n: number;
  readonly id: string;
  readonly session: number;
  readonly request_headers: number;
  readonly response_headers: number | null;
  readonly context: number | null;
  readonly request_list: number;
  /** Pieces of its reply that were found to hold something. */
  readonly replies: readonly number[];
}

export interface Found {
  readonly hits: readonly ContentHit[];
  /** Of each list that holds pieces which were found: these. */
  readonly lists: ReadonlyMap<number, readonly number[]>;
}

/** @param rows oldest first. */
export function holdersIn(rows: Iterable<HoldingRow>, found: Found): readonly ContentHolder[] {
  const forms = formsByPlace(found.hits);
  const seen = new Set<string>();
  const holders: ContentHolder[] = [];
  for (const row of rows) {
    const add = (place: ContentHolder['place'], held: readonly number[], isAgain = false): void => {
      if (held.length > 0)
        holders.push({ exchange: row.id, place, isAgain, forms: [...new Set(held)] });
    };
    const pieces = found.lists.get(row.request_list) ?? [];
    // a session sends its history with every request
    const names = pieces.map((piece) => `${String(row.session)} ${String(piece)}`);
    const isAgain = names.length > 0 && names.every((name) => seen.has(name));
    for (const name of names) seen.add(name);
    const of = (kind: ContentHit['kind'], at: number | null): readonly number[] =>
      at === null ? [] : (forms.get(`${kind} ${String(at)}`) ?? []);
    const whole = of('request', row.n);
    add('request', [...pieces.flatMap((piece) => of('piece', piece)), ...whole], isAgain);
    add('url', of('url', row.n));
    add('headers', [...of('piece', row.request_headers), ...of('piece', row.response_headers)]);
    add('context', of('piece', row.context));
    add('reply', [...row.replies.flatMap((piece) => of('piece', piece)), ...of('reply', row.n)]);
  }
  return holders;
}

function formsByPlace(hits: readonly ContentHit[]): ReadonlyMap<string, readonly number[]> {
  const forms = new Map<string, readonly number[]>();
  for (const { kind, row, forms: held } of hits) {
    const name = `${kind} ${String(row)}`;
    forms.set(name, [...(forms.get(name) ?? []), ...held]);
  }
  return forms;
}
