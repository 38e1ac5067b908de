// What one exchange adds to what search can find: the person's words, results of tools, the answer and its calls.
import type { Asked, Replied } from '../../model/conversation.ts';
import { stringsIn } from '../../model/json.ts';
import type { SearchText } from '../../model/search.ts';
import type { Block } from '../../model/wire.ts';
import type { RequestFacts } from './request-facts.ts';

/** What the model said, as far as it is words. */
type Said =
  | Pick<Extract<Replied, { readonly kind: 'answer' | 'thinking' }>, 'kind' | 'text'>
  | Call;
type Call = Pick<Extract<Replied, { readonly kind: 'call' }>, 'kind' | 'tool' | 'input'>;

/** In the order in which it was said. */
export const textsOf = (
  asked: readonly Asked[],
  replied: readonly (Said | Replied)[],
): readonly SearchText[] => [
  ...asked.map(({ kind, text }) => ({ kind, text })),
  ...replied.flatMap(textOfReply),
];

/** What is no conversation is found by its filters alone. */
export const textsAtEnd = (facts: RequestFacts, blocks: readonly Block[]): readonly SearchText[] =>
  facts.hasContent && !facts.recognised.isSideCall ? textsOf(facts.asked, saidIn(blocks)) : [];

/** A reply that was just read, as `textsOf` takes it. */
const saidIn = (blocks: readonly Block[]): readonly Said[] =>
  blocks.flatMap((block): readonly Said[] => {
    if (block.kind === 'text') return [{ kind: 'answer', text: block.text }];
    if (block.kind === 'thinking') return [{ kind: 'thinking', text: block.text }];
    if (block.kind !== 'tool-call') return [];
    return [{ kind: 'call', tool: block.call.name, input: block.call.input }];
  });

function textOfReply(said: Said | Replied): readonly SearchText[] {
  if (said.kind === 'error') return [{ kind: 'answer', text: said.text }];
  if (said.kind !== 'call') return [{ kind: said.kind, text: said.text }];
  return [{ kind: 'call', text: [said.tool, ...stringsIn(said.input)].join('\n') }];
}
