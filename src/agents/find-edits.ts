// A reply's blocks → what they wrote or tried to write, call by call.
import type { Edit } from '../model/edit.ts';
import { isObject } from '../model/json.ts';
import type { Block, ToolCall } from '../model/wire.ts';
import { findDiffCode, findFencedCode } from '../extract/fenced-code.ts';
import { holdsUnifiedDiff } from '../extract/unified-diff.ts';
import type { AgentSpec } from './agent-spec.ts';
import { findAgent } from './agents.ts';
import { editsOfCall } from './tool-edits.ts';
import { sha256Hex } from '../model/sha256.ts';

export interface CallEdits {
  /** The wire's id, or one made of name and arguments where the wire has none; null for plain text. */
  readonly callId: string | null;
  readonly tool: string | null;
  readonly edits: readonly Edit[];
}

/**
 * @param agent name as recognised; unknown ones are read by the shape of their tools.
 * @param blocks of one reply, masked as the store keeps them: an id made here must come out the same for the history
 *   that the next request brings.
 * @returns calls and texts that hold edits, in order; the others are left out.
 * @throws never.
 */
export function findEdits(agent: string | null, blocks: readonly Block[]): readonly CallEdits[] {
  const spec = findAgent(agent);
  return blocks.flatMap((block): readonly CallEdits[] => {
    if (block.kind === 'text') {
      const edits = editsOfText(spec, block);
      return edits.length === 0 ? [] : [{ callId: null, tool: null, edits }];
    }
    if (block.kind !== 'tool-call') return [];
    const { call } = block;
    const edits = (spec?.readCall?.(call) ?? editsOfCall(call)).flatMap(withPatched);
    return edits.length === 0 ? [] : [{ callId: callKey(call), tool: call.name, edits }];
  });
}

/** A diff in a file is for applying: what it adds counts wherever it lands. */
const withPatched = (edit: Edit): readonly Edit[] =>
  edit.kind === 'write' && holdsUnifiedDiff(edit.text)
    ? [edit, ...findDiffCode(edit.text)]
    : [edit];

function editsOfText(
  spec: AgentSpec | null,
  { text, isCode }: { readonly text: string; readonly isCode?: true },
): readonly Edit[] {
  // offered to a person, who may take it, or a part of it, or leave it: it counts where its text lands
  if (isCode === true) return [{ kind: 'snippet', path: null, text }];
  return (spec?.readText ?? findFencedCode)(text);
}

/** Gemini's calls have no id on the wire and clients make up their own: name and arguments say which call it was. */
export const callKey = (call: ToolCall): string =>
  call.id !== null && call.id !== '' ? call.id : contentKey(call);

/** The key of a call whose id the client may have made up. */
export const contentKey = (call: ToolCall): string =>
  `${call.name}~${sha256Hex(sortedJson(call.input)).slice(0, 16)}`;

/** Keys sorted: clients send arguments back in an order of their own. */
function sortedJson(value: unknown): string {
  return (
    JSON.stringify(value, (_, member: unknown) =>
      isObject(member)
        ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        : member,
    ) ?? ''
  );
}
