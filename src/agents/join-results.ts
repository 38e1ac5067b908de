// The newest turn of a request: tool results, each with the call that it answers.
import type { Outcome } from '../model/edit.ts';
import type { Message, ToolCall, ToolResult } from '../model/wire.ts';
import { callKey, contentKey } from './find-edits.ts';
import { judgeResult } from './judge-result.ts';

interface AnsweredCall {
  /** null where the history does not hold it. */
  readonly call: ToolCall | null;
  readonly result: ToolResult;
}

/**
 * Joins results to calls by id, else by name and order (Gemini's have no stable id).
 *
 * @param messages the conversation in order.
 * @param earlier calls that the history may lack: those of the replies before, on a socket that sends only what is new.
 * @returns results behind the last thing that the model said, in order.
 */
function joinResults(
  messages: readonly Message[],
  earlier: readonly ToolCall[] = [],
): readonly AnsweredCall[] {
  const start = messages.findLastIndex(isSaid) + 1;
  const results = messages
    .slice(start)
    .flatMap((message) => message.blocks)
    .flatMap((block) => (block.kind === 'tool-result' ? [block.result] : []));
  if (results.length === 0) return [];
  const calls = [...earlier, ...lastCalls(messages.slice(0, start))];
  const byId = new Map(
    calls.flatMap((call) => (call.id === null ? [] : [[call.id, call] as const])),
  );
  const taken = new Set<ToolCall>();
  return results.map((result) => {
    const call =
      (result.callId === null ? undefined : byId.get(result.callId)) ??
      calls.find((one) => !taken.has(one) && one.name === result.name) ??
      null;
    if (call !== null) taken.add(call);
    return { call, result };
  });
}

const isSaid = (message: Message): boolean => message.role === 'assistant';

/** Calls of what the model said last: the assistant messages at the end, one reply may be several. */
function lastCalls(messages: readonly Message[]): readonly ToolCall[] {
  const start = messages.findLastIndex((message) => !isSaid(message)) + 1;
  return messages
    .slice(start)
    .flatMap((message) => message.blocks)
    .flatMap((block) => (block.kind === 'tool-call' ? [block.call] : []));
}

interface CallOutcome {
  /** Keys under which the emission may be stored (`CallEdits.callId`). */
  readonly callIds: readonly string[];
  readonly outcome: Outcome;
}

/** What the newest results say of the calls before them. Give it masked messages, as `findEdits` got masked blocks. */
export function findOutcomes(
  agent: string | null,
  messages: readonly Message[],
  earlier: readonly ToolCall[] = [],
): readonly CallOutcome[] {
  return joinResults(messages, earlier).map(({ call, result }) => {
    const keys = [result.callId, ...(call === null ? [] : [callKey(call), contentKey(call)])];
    return {
      callIds: [...new Set(keys.flatMap((key) => (key === null || key === '' ? [] : [key])))],
      outcome: judgeResult(agent, call, result),
    };
  });
}
