// The reply's side of a record: bytes in, pieces for client and record out, and at the end what the reply wrote.
import { isWritten } from '../../model/edit.ts';
import { NO_MARKS } from '../../model/event-marks.ts';
import { Fault, isFault } from '../../model/fault.ts';
import { isMaskedToAgent } from '../../model/secret.ts';
import type { Ending, Piece, ReplyHead, ReplyTap } from '../../proxy/door.ts';
import { pairsOf, valueOf } from '../../proxy/headers.ts';
import { openTextMask } from '../../secrets/channel-mask.ts';
import { openJsonMask } from '../../secrets/json-mask.ts';
import type { Field, WireReply } from '../../model/wire.ts';
import type { ExchangeEnd, NewEmission } from '../../store/store.ts';
import { isOfCall } from '../../wire/argument-text.ts';
import type { WireError } from '../../wire/format.ts';
import { maskHeaders } from '../../wire/mask-headers.ts';
import { pickReplyKind } from '../../wire/reply-kind.ts';
import { openReplyStream, type ReplyStream } from '../../wire/reply-stream.ts';
import { atMost } from '../at-most.ts';
import { type EmissionContext, findEmissions } from './find-emissions.ts';
import { textsAtEnd } from './exchange-texts.ts';
import { contextAtEnd } from './exchange-context.ts';
import { pickReach } from '../mask/mask-reach.ts';
import { openReplyPaths } from '../mask/mask-http.ts';
import type { PolicyMasker } from '../mask/maskers.ts';
import type { Admitted, Recorder } from './record-exchange.ts';
import { openReplyBytes, type ReplyBytes } from './reply-bytes.ts';
import type { RequestFacts } from './request-facts.ts';
import { maskerFor } from '../mask/veil-book.ts';
import { openRuledReply, type RuledReply, standingOf } from '../judge/rule-reply.ts';
import { tellGap } from './tell-gap.ts';

export interface ReplyContext {
  readonly recorder: Recorder;
  readonly admitted: Admitted;
  readonly facts: RequestFacts;
}

interface State extends ReplyContext {
  readonly head: ReplyHead;
  readonly masker: PolicyMasker;
  readonly rules: RuledReply;
  readonly stream: ReplyStream;
  readonly bytes: ReplyBytes;
  firstByteAtMs: number | null;
  settled: Promise<void> | null;
  /** Once it is over, as far as it came. */
  reading: WireReply | null;
  isBlocked: boolean;
}

/** A tool call is not let go before it is known what stood in the worktree, but not for longer than this. */
const OBSERVE_WAIT_MS = 500;

export function openReplyRecord(context: ReplyContext, head: ReplyHead): ReplyTap {
  const state = openState(context, head);
  return {
    push: (bytes) => {
      state.firstByteAtMs ??= Date.now();
      return stopAtSecret(state, state.stream.push(bytes));
    },
    end: (isCut) => stopAtSecret(state, state.stream.end(isCut)),
    held: () => (state.isBlocked ? null : state.stream.held()),
    resume: () => stopAtSecret(state, state.stream.resume()),
    idle: () => state.stream.idle(),
    keep: (record) => keep(state, record),
    settle: (ending) => {
      state.rules.abandon();
      return (state.settled ??= settle(state, ending));
    },
    failure: (thrown) => state.stream.fail(errorOf(thrown)).client,
  };
}

/** Goes back to the model as it wrote it. */
const KEPT: ReadonlySet<Field> = new Set(['sealed', 'thinking', 'error']);

function openState(context: ReplyContext, head: ReplyHead): State {
  const { admitted, recorder } = context;
  const masker = maskerFor(recorder.maskers, admitted, context.facts.veil);
  const written = recorder.written.of(context.facts.session.id);
  const format = admitted.format;
  const isPlainHttp = admitted.connection.protocol === 'http';
  const rules = openRuledReply(context);
  const stream = openReplyStream({
    format,
    kind: pickReplyKind({
      contentType: valueOf(head.headers, 'content-type'),
      format,
      path: admitted.knock.path,
    }),
    openMask: (site) => {
      if (isPlainHttp && !admitted.connection.isRecorded) return null; // nobody reads it, nothing is written down
      if (KEPT.has(site.field)) return openTextMask(masker.sealed);
      return site.field === 'arguments' ? openJsonMask(masker.stream) : openTextMask(masker.stream);
    },
    reaches: (site, edit, place) => {
      if (isPlainHttp) return 'record'; // a package, an API's answer: no model's output
      const isKnown = masker.isKnown(edit.replacement);
      const reach = pickReach(admitted.policy, { site, edit, place, written, isKnown });
      if (reach === 'client' && isOfCall(site)) written.add(edit.replacement);
      return reach;
    },
    clock: () => Date.now() - admitted.startedAtMs,
    gate: rules.gate,
    paths: openReplyPaths(masker, admitted, head),
  });
  return {
    ...context,
    head,
    masker,
    rules,
    stream,
    bytes: openReplyBytes(recorder.store, admitted),
    firstByteAtMs: null,
    settled: null,
    reading: null,
    isBlocked: false,
  };
}

/** `onResponse: block`: the provider's own error instead of everything from the secret on. */
function stopAtSecret(state: State, pieces: readonly Piece[]): readonly Piece[] {
  const { policy, connection } = state.admitted;
  if (state.isBlocked) return [];
  if (connection.protocol === 'http') return pieces; // no model's output
  if (policy.secrets.onResponse !== 'block' || policy.mode === 'observe') return pieces;
  const found = state.stream.masks().find(isMaskedToAgent);
  if (found === undefined) return pieces;
  state.isBlocked = true;
  const message = `the reply held a secret (${found.rule}) and was stopped by policy`;
  return [state.stream.fail({ status: 400, message, code: 'SECRET_FOUND' })];
}

const TOOL_CALL = ['tool_use', 'function_call', 'tool_calls', 'functionCall', 'custom_tool_call'];

function keep(state: State, record: Uint8Array): Promise<void> | null {
  if (!state.facts.hasContent || !state.facts.isRecorded || record.length === 0) return null;
  const written = state.bytes.keep(record);
  if (written !== null) return written;
  const text = Buffer.from(record.buffer, record.byteOffset, record.byteLength);
  const isCall = TOOL_CALL.some((word) => text.includes(word));
  return isCall ? atMost(state.facts.before, OBSERVE_WAIT_MS) : null;
}

async function settle(state: State, ending: Ending): Promise<void> {
  const { recorder, admitted, facts } = state;
  if (!facts.isRecorded) return;
  try {
    state.reading = state.stream.reading();
    const rest = await state.bytes.takeRest();
    const [emissions, context] = await Promise.all([emissionsOf(state), contextAtEnd(facts)]);
    const end = { ...endOf(state, emissions, ending), context, rest };
    await recorder.store.endExchange(end);
    count(state, end);
    const { stream, reading } = state;
    await state.rules.settle({ withheld: () => stream.withheld(), reading: () => reading });
    await lookAfter(state, end.emissions);
  } catch (thrown) {
    if (!isFault(thrown) || admitted.policy.onStoreError === 'refuse') throw thrown;
    const line = `the end of ${admitted.id} is not recorded: ${thrown.message}`;
    tellGap(recorder, admitted, { id: admitted.id, line });
  }
}

function endOf(state: State, emissions: readonly NewEmission[], ending: Ending): ExchangeEnd {
  const { stream, facts, head } = state;
  const reading = state.reading ?? NO_READING;
  const { responseSha256, clientSha256, responseBytes } = stream.digests();
  const { headers, masks } = maskHeaders(state.masker.text, pairsOf(head.headers));
  return {
    id: state.admitted.id,
    firstByteAtMs: state.firstByteAtMs,
    endedAtMs: Date.now(),
    status: head.status === 0 ? null : head.status,
    outcome: state.isBlocked ? 'refused' : ending,
    headers: facts.hasContent ? headers : [],
    model: reading.model,
    stopReason: reading.stopReason,
    usage: reading.usage,
    ...(facts.passed === null ? {} : { request: facts.passed() }),
    responseSha256,
    clientSha256,
    responseBytes,
    marks: facts.hasContent ? stream.marks() : NO_MARKS,
    masks: [...facts.masks, ...stream.masks(), ...masks],
    emissions,
    texts: textsAtEnd(facts, state.reading?.blocks ?? []),
  };
}

const NO_READING = { model: null, stopReason: null, usage: null };

async function emissionsOf(state: State): Promise<readonly NewEmission[]> {
  const { recorder, admitted, facts } = state;
  const blocks = state.reading?.blocks ?? [];
  if (!facts.hasEvidence || facts.recognised.isSideCall || blocks.length === 0) return [];
  const context: EmissionContext = {
    agent: facts.agent,
    told: facts.told,
    standing: standingOf(admitted, facts),
    repository: admitted.grant.place.repository,
    key: recorder.key,
    paths: recorder.paths,
    hasText: facts.hasContent,
  };
  return findEmissions(blocks, context);
}

function count({ recorder, admitted }: State, { emissions, masks }: ExchangeEnd): void {
  const tally = recorder.grants.tally(admitted.grant.id);
  tally.edits += emissions.filter(isWritten).length;
  tally.masked += masks.filter(isMaskedToAgent).length;
}

/** What stood in the files when the reply ended and no tool had run yet. */
async function lookAfter(state: State, emissions: readonly NewEmission[]): Promise<void> {
  const { recorder, admitted, facts } = state;
  if (!(state.reading?.blocks ?? []).some((block) => block.kind === 'tool-call')) return;
  const named = emissions.flatMap(({ path }) => (path === null ? [] : [path]));
  const directory = facts.recognised.directory ?? admitted.grant.place.worktree;
  const looked = facts.before.then(() =>
    recorder.watch.look(directory, { exchange: admitted.id, moment: 'after', named }),
  );
  await atMost(looked, OBSERVE_WAIT_MS);
}

function errorOf(thrown: unknown): WireError {
  const code = thrown instanceof Fault ? thrown.code : 'BUG';
  const why = thrown instanceof Fault ? thrown.message : 'the reply could not be recorded';
  return { status: code === 'SESSION_STOPPED' ? 403 : 503, message: why, code };
}
