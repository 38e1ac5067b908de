// Who can have written a token: a number in a version stands for one entry of this table.
import type { Evidence, LineOrigin, Source } from '../model/origin.ts';
import { FIRST_AI, PERSON } from './version.ts';

export interface Author {
  readonly source: Source;
  /** `exact`: its text crossed the wire; `observed`: its effect was seen; `carried`: another commit's note says so. */
  readonly evidence: Extract<Evidence, 'exact' | 'observed' | 'carried'>;
}

export interface AuthorTable {
  /** @returns the same number for the same exchange and evidence. */
  readonly numberOf: (author: Author) => number;
  /** null for PERSON and BASE. */
  readonly authorOf: (number: number) => Author | null;
}

export function openAuthorTable(): AuthorTable {
  const authors: Author[] = [];
  const numbers = new Map<string, number>();
  return {
    numberOf: (author) => {
      const key = `${author.evidence} ${author.source.exchange}`;
      const known = numbers.get(key);
      if (known !== undefined) return known;
      authors.push(author);
      const made = FIRST_AI + authors.length - 1;
      numbers.set(key, made);
      return made;
    },
    authorOf: (number) => authors[number - FIRST_AI] ?? null,
  };
}

/** What another commit's note says about a line, as the author of its tokens. */
export function carriedAuthor(
  table: AuthorTable,
  origin: LineOrigin,
): { readonly author: number; readonly isCut: boolean } {
  if (origin.kind === 'unrecorded') return { author: PERSON, isCut: false };
  const author = table.numberOf({ source: origin.source, evidence: 'carried' });
  return { author, isCut: origin.kind === 'mixed' };
}
