// Bodies of here-documents: they start behind the line that names them and end at their delimiter.
import type { Cursor, PendingDocument, WordPart } from './shell-syntax.ts';
import { readExpanded } from './shell-words.ts';

/** Reads all bodies that wait; the cursor stands behind a line feed. */
export function readHereDocuments(cursor: Cursor): void {
  for (let next = cursor.pending.shift(); next !== undefined; next = cursor.pending.shift()) {
    readBody(cursor, next);
  }
}

function readBody(cursor: Cursor, pending: PendingDocument): void {
  const start = cursor.at;
  const { end, next } = findEnd(cursor, pending);
  const raw = cursor.text.slice(start, end);
  const text = pending.stripsTabs ? raw.replace(/^\t+/gm, '') : raw;
  cursor.at = next;
  pending.accept({ parts: pending.isQuoted ? literal(text) : expanded(cursor, text), start, end });
}

/** The delimiter alone on its line; without one the document takes the rest. */
function findEnd(cursor: Cursor, pending: PendingDocument): { end: number; next: number } {
  const { text } = cursor;
  for (let at = cursor.at; at < text.length;) {
    const feed = text.indexOf('\n', at);
    const lineEnd = feed < 0 ? text.length : feed;
    const line = text.slice(at, lineEnd).replace(/\r$/, '');
    const bare = pending.stripsTabs ? line.replace(/^\t+/, '') : line;
    if (bare === pending.delimiter) return { end: at, next: feed < 0 ? text.length : feed + 1 };
    // inside `$( … )` models close the bracket right behind the delimiter
    if (cursor.depth > 0 && bare.startsWith(`${pending.delimiter})`)) {
      return { end: at, next: at + line.length - bare.length + pending.delimiter.length };
    }
    at = feed < 0 ? text.length : feed + 1;
  }
  return { end: text.length, next: text.length };
}

const literal = (text: string): readonly WordPart[] => [{ kind: 'text', text, isQuoted: true }];

function expanded(cursor: Cursor, text: string): readonly WordPart[] {
  const parts: WordPart[] = [];
  readExpanded({ ...cursor, text, at: 0, pending: [] }, parts, null);
  return parts;
}
