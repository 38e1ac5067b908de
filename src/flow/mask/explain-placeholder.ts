// A model that meets a placeholder is told once what it is: a sentence of ours behind the first text of the conversation
// that may carry one. The agent's program never sees it; the record of the exchange says what was added, and where.
import { parseJson, stringAt } from '../../model/json.ts';
import type { AddedText } from '../../model/session.ts';
import { PLACEHOLDER } from '../../secrets/placeholder.ts';
import { editJson } from '../../wire/json-spans.ts';
import { findNotePlace } from '../../wire/note-place.ts';
import type { Admitted } from '../record/record-exchange.ts';

export interface Explained {
  /** What goes on. */
  readonly body: Uint8Array;
  readonly added: AddedText;
}

export interface AskedBody {
  readonly admitted: Pick<Admitted, 'policy' | 'connection' | 'format' | 'grant'>;
  readonly conversation: string | null;
  /** For a title, or to route: nobody acts on what such a call says. */
  readonly isSideCall: boolean;
}

export interface Explainer {
  /** @param body decoded, as it would go on. @returns null where nothing is to be said. */
  explain(asked: AskedBody, body: Uint8Array): Explained | null;
}

const CONVERSATIONS_MAX = 2000;

/** One per daemon. */
export function openExplainer(): Explainer {
  /** By conversation: the reply that the request which told it followed. */
  const told = new Map<string, string>();
  return {
    explain: (asked, body) => {
      if (!isWanted(asked) || !Buffer.from(body).includes(START)) return null;
      const text = Buffer.from(body).toString('utf8');
      const json = parseJson(text);
      const place = findNotePlace(json, findPlaceholder);
      if (place === null) return null;
      // with a history that stays with the provider, the body alone does not say what was told before
      const previous = stringAt(json, 'previous_response_id') ?? '';
      const { grant } = asked.admitted;
      const name = JSON.stringify([grant.id, asked.conversation]);
      if (previous !== '' && (told.get(name) ?? previous) !== previous) return null;
      told.delete(name); // the latest use is the last entry
      told.set(name, previous);
      const oldest = told.keys().next();
      if (told.size > CONVERSATIONS_MAX && oldest.done !== true) told.delete(oldest.value);
      const added = { text: wordsOn(place.found), path: place.path };
      const at = place.text.length;
      const edits = [{ start: at, end: at, replacement: added.text }];
      const next = editJson(text, [{ path: place.path, edits, value: null }]);
      return { body: Buffer.from(next, 'utf8'), added };
    },
  };
}

const START = 'AITRAIL_';

/** What cannot be on record is not added to. */
const isWanted = ({ admitted, isSideCall }: AskedBody): boolean => {
  const { policy, connection, format } = admitted;
  const isChat = format !== null && format.name !== 'openai-completions';
  const isOn = policy.secrets.isExplained && policy.mode === 'enforce';
  return isOn && isChat && connection.isRecorded && !isSideCall;
};

const findPlaceholder = (json: unknown): string | null =>
  JSON.stringify(json)?.match(PLACEHOLDER)?.[0] ?? null;

const wordsOn = (placeholder: string): string =>
  `\n\n[aitrail: ${placeholder} stands for a secret value that is kept out of this conversation, and so does every word of that form. Use it unchanged wherever the value belongs. Do not guess or ask for the value, and do not make up such words.]`;
