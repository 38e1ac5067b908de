// What one session hides from the model: each value with the one name that it goes by, so that the same history is
// masked to the same bytes and a placeholder that the model writes finds its value again. In memory alone, bounded.
import type { Masker } from './mask-text.ts';
import { kindOf, makePlaceholder } from './placeholder.ts';
import type { Restored } from './restore-mask.ts';

export interface Veil {
  /** Secret in this session from now on, however they are spelled: what was hidden, and what it decodes to. */
  values(): readonly string[];
  /** What stands for the value: always the same, and for no other value. */
  name(rule: string, value: string): string;
  /** @returns null for a placeholder that this session did not make. */
  restore(placeholder: string): Restored | null;
  /** Has the client got the value back for it? */
  wasRestored(placeholder: string): boolean;
}

const VALUES_MAX = 1000;
const CHARACTERS_MAX = 2 * 1024 * 1024;

interface State {
  readonly key: Masker['key'];
  /** By value, longest unused first. */
  readonly names: Map<string, string>;
  readonly values: Map<string, Restored>;
  readonly restored: Set<string>;
  characters: number;
}

export function openVeil(key: Masker['key']): Veil {
  const state: State = {
    key,
    names: new Map(),
    values: new Map(),
    restored: new Set(),
    characters: 0,
  };
  return {
    values: () => [...state.names.keys()].flatMap((value) => [value, ...decodedOf(value)]),
    name: (rule, value) => {
      const placeholder = state.names.get(value) ?? makeName(state, rule, value);
      if (!state.names.delete(value)) keep(state, placeholder, { value, rule });
      state.names.set(value, placeholder);
      return placeholder;
    },
    restore: (placeholder) => {
      const found = state.values.get(placeholder) ?? null;
      if (found !== null) state.restored.add(placeholder);
      return found;
    },
    wasRestored: (placeholder) => state.restored.has(placeholder),
  };
}

/** Two spellings of one private key have the same placeholder: the second one gets a number. */
function makeName({ key, values }: State, rule: string, value: string): string {
  const kind = kindOf(rule);
  let name = makePlaceholder(key, kind, value);
  for (let number = 2; values.has(name); number += 1)
    name = makePlaceholder(key, `${kind}_${String(number)}`, value);
  return name;
}

function keep(state: State, placeholder: string, restored: Restored): void {
  state.values.set(placeholder, restored);
  state.characters += restored.value.length;
  for (const [value, name] of state.names) {
    if (state.names.size < VALUES_MAX && state.characters <= CHARACTERS_MAX) return;
    state.names.delete(value);
    state.values.delete(name);
    state.restored.delete(name);
    state.characters -= value.length;
  }
}

const BASE64 = /^[A-Za-z0-9+/]{8,}={0,2}$/;

/** A value of a Kubernetes secret stands decoded elsewhere. */
function decodedOf(value: string): readonly string[] {
  if (value.length % 4 !== 0 || !BASE64.test(value)) return [];
  const text = Buffer.from(value, 'base64').toString('utf8').trimEnd();
  return /^[\t\n\r\u0020-\u007e]+$/.test(text) ? [text] : [];
}
