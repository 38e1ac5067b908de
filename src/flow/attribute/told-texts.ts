// What persons gave to models in a conversation: whatever the model repeats of it later there is not the model's, unless
// it was a model's before the person passed it on.
import { explainOpen } from '../../match/explain.ts';
import { cutLines } from '../../match/lines.ts';
import { COPIED, type Fragment } from '../../match/timeline.ts';
import type { Tokenizer } from '../../match/tokens.ts';
import { emptyDraft, PERSON, settle, type SourceText } from '../../match/version.ts';
import type { Edit, Emission } from '../../model/edit.ts';
import { once } from '../../model/once.ts';

/** @returns what was told before the emission in its conversation, the newest first; null where nothing was. */
export type ToldReader = (emission: Emission) => (() => readonly SourceText[]) | null;

/** @param listModels what models had written by then, wherever it is now. */
export function openToldReader(
  tokenizer: Tokenizer,
  emissions: readonly Emission[],
  listModels: () => readonly Fragment[],
): ToldReader {
  const told = emissions.flatMap((emission) =>
    emission.edit.kind === 'told' && emission.edit.by === 'person'
      ? [{ emission, text: toldText({ tokenizer, listModels }, emission, emission.edit) }]
      : [],
  );
  return ({ id, session }) => {
    const before = told.filter(({ emission }) => emission.session === session && emission.id < id);
    return before.length === 0 ? null : () => before.map(({ text }) => text).toReversed();
  };
}

interface ToldWork {
  readonly tokenizer: Tokenizer;
  readonly listModels: () => readonly Fragment[];
}

function toldText(
  { tokenizer, listModels }: ToldWork,
  { atMs, exchange }: Emission,
  { text }: Extract<Edit, { readonly kind: 'told' }>,
): SourceText {
  const isEarlier = (one: Fragment): boolean => one.atMs < atMs && one.exchange !== exchange;
  const readVersion = once(() => {
    const draft = emptyDraft(cutLines(tokenizer.tokenize(text)));
    explainOpen(draft, () => listModels().filter(isEarlier), COPIED);
    return settle(draft, PERSON);
  });
  return {
    isRejected: false,
    get version() {
      return readVersion();
    },
  };
}
