// What a word stands for when the script runs, as far as the text tells.
import type { HereDocument, ShellList, Word, WordPart } from './shell-syntax.ts';

/** A text that a script makes: exact, or with pieces left as they are written because only a run would tell. */
export interface Value {
  readonly text: string;
  readonly isExact: boolean;
}

export interface Scope {
  /** Variables whose value the script itself set. */
  readonly variables: ReadonlyMap<string, Value>;
  /** What the commands of `$( … )` print; null where only a run would tell. */
  readonly print: (list: ShellList) => Value | null;
}

export const expandWord = (word: Word, scope: Scope): Value => expandParts(word.parts, scope);

export const expandDocument = (document: HereDocument, scope: Scope): Value =>
  expandParts(document.parts, scope);

function expandParts(parts: readonly WordPart[], scope: Scope): Value {
  const values = parts.map((part) => expandPart(part, scope));
  return {
    text: values.map((value) => value.text).join(''),
    isExact: values.every((value) => value.isExact),
  };
}

function expandPart(part: WordPart, scope: Scope): Value {
  switch (part.kind) {
    case 'text':
      return { text: part.text, isExact: part.isQuoted || !/[*?[]/.test(part.text) };
    case 'variable':
      return scope.variables.get(part.name) ?? { text: part.raw, isExact: false };
    case 'substitution': {
      const printed = scope.print(part.list);
      // POSIX 2.6.3: line feeds at the end are dropped
      if (printed !== null) return { ...printed, text: printed.text.replace(/\n+$/, '') };
      return { text: part.raw, isExact: false };
    }
    case 'process':
      scope.print(part.list);
      return { text: '/dev/fd/63', isExact: true };
    case 'other':
      return { text: part.raw, isExact: false };
  }
}

/** `a/{b,c}` → `a/b`, `a/c`; one level, at most 20. */
export function expandBraces(value: Value): readonly Value[] {
  const match = /^([^{}]*)\{([^{}]*,[^{}]*)\}([^{}]*)$/.exec(value.text);
  if (match === null) return [value];
  const [, head = '', body = '', tail = ''] = match;
  return body
    .split(',')
    .slice(0, 20)
    .map((piece) => ({ text: head + piece + tail, isExact: value.isExact }));
}
