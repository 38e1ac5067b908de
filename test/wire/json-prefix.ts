// Says while a text comes whether it is still the beginning of a JSON text (RFC 8259).
import { parseJson } from '../../src/model/json.ts';

export interface JsonPrefix {
  /** @returns false from the first character on that no JSON text could have there. */
  push(text: string): boolean;
}

type Expected = 'value' | 'first' | 'key' | 'first-key' | 'colon' | 'rest' | 'string' | 'word';

interface State {
  expected: Expected;
  /** Closing brackets that are to come. */
  readonly open: string[];
  /** Of the string or word that is being read. */
  text: string;
  isKey: boolean;
}

const CLOSED = /^"(?:[^"\\]|\\.)*"$/;
const TORN_WORD =
  /^-?\d*(?:\.\d*)?(?:[eE][+-]?\d*)?$|^t(?:r(?:ue?)?)?$|^f(?:a(?:l(?:se?)?)?)?$|^n(?:u(?:ll?)?)?$/;

export function openJsonPrefix(): JsonPrefix {
  const state: State = { expected: 'value', open: [], text: '', isKey: false };
  let isGood = true;
  return {
    push: (text) => {
      for (const character of text) isGood &&= read(state, character);
      return isGood;
    },
  };
}

function read(state: State, character: string): boolean {
  if (state.expected === 'string') return readString(state, character);
  if (state.expected === 'word' && !/[\s,\]}]/.test(character)) return readWord(state, character);
  if (state.expected === 'word') {
    if (parseJson(state.text) === undefined) return false;
    state.expected = 'rest';
  }
  return /\s/.test(character) || readStructure(state, character);
}

function readString(state: State, character: string): boolean {
  state.text += character;
  if (character < ' ') return false;
  if (character !== '"' || !CLOSED.test(state.text)) return true;
  state.expected = state.isKey ? 'colon' : 'rest';
  return parseJson(state.text) !== undefined;
}

function readWord(state: State, character: string): boolean {
  state.text += character;
  return TORN_WORD.test(state.text);
}

function readStructure(state: State, character: string): boolean {
  const { expected, open } = state;
  if (character === open.at(-1) && /^(?:rest|first|first-key)$/.test(expected)) {
    open.pop();
    state.expected = 'rest';
    return true;
  }
  if (expected === 'rest') {
    state.expected = open.at(-1) === '}' ? 'key' : 'value';
    return character === ',' && open.length > 0;
  }
  if (expected === 'colon') {
    state.expected = 'value';
    return character === ':';
  }
  return begin(state, character);
}

function begin(state: State, character: string): boolean {
  state.isKey = state.expected.endsWith('key');
  if (character === '"') {
    state.expected = 'string';
    state.text = character;
    return true;
  }
  if (state.isKey) return false;
  if (character === '{' || character === '[') {
    state.open.push(character === '{' ? '}' : ']');
    state.expected = character === '{' ? 'first-key' : 'first';
    return true;
  }
  state.expected = 'word';
  state.text = '';
  return readWord(state, character);
}
