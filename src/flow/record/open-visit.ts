// One admitted exchange on its way: recorded before it goes on, a push judged before that, and the reply recorded before
// its end is given out.
import { type Fault, isFault } from '../../model/fault.ts';
import type { Refusal, ReplyHead, ReplyTap, Visit } from '../../proxy/door.ts';
import { pairsOf, valueOf } from '../../proxy/headers.ts';
import { placeHere } from '../../proxy/target.ts';
import { errorFormat } from '../../wire/formats.ts';
import { type Gate, isPush, openGate } from '../gate/gate-push.ts';
import { amendReply, judgeGated } from '../gate/record-push.ts';
import type { Stopped } from '../judge/judge-request.ts';
import { putCredential } from './put-credential.ts';
import type { Admitted, Recorder } from './record-exchange.ts';
import { openReplyRecord } from './record-reply.ts';
import { recordRequest } from './record-request.ts';
import { refusalOf } from './refusal-of.ts';
import type { RequestFacts } from './request-facts.ts';

export function openVisit(recorder: Recorder, admitted: Admitted): Visit {
  const { connection } = admitted;
  const format = admitted.format ?? errorFormat(connection.protocol);
  const gate = gateFor(recorder, admitted);
  let facts: RequestFacts | null = null;
  const open = (): RequestFacts => {
    if (facts === null) throw new Error('the reply came before the request was recorded');
    return facts;
  };
  return {
    kind: 'admitted',
    format,
    ...admitted.upstream,
    take:
      gate === null
        ? null
        : (body) =>
            gate.take(body).catch((thrown: unknown) => {
              if (!isFault(thrown)) throw thrown;
              return refusalOf(thrown, format);
            }),
    release: () => gate?.close() ?? Promise.resolve(),
    stop: recorder.grants.stopOf(admitted.grant.id),
    hop: recorder.hops.of(admitted.grant, admitted.upstream.origin),
    outgoing: (headers) => outgoing(admitted, headers),
    incoming: (headers) => placedHere(admitted, headers),
    begin: async (body, gone) => {
      const begun = await recordRequest(recorder, admitted, { body, gone }).catch(refused);
      if (begun.kind === 'refused') return refusalOf(begun.fault, format);
      if (begun.kind === 'answered') return begun;
      facts = begun.facts;
      if (gate !== null) {
        const openReply = (head: ReplyHead): ReplyTap =>
          openReplyRecord({ recorder, admitted, facts: open() }, head);
        const refuse = (fault: Fault): Refusal => refusalOf(fault, format);
        return judgeGated({ recorder, admitted, gate, openReply, refuse });
      }
      return begun.forwarded === null ? null : { kind: 'changed', body: begun.forwarded };
    },
    openReply: (head) => {
      const tap = openReplyRecord({ recorder, admitted, facts: open() }, head);
      return gate === null ? tap : amendReply(tap, gate);
    },
    fail: async (ending) => {
      const head = { status: 0, headers: [] };
      await openReplyRecord({ recorder, admitted, facts: open() }, head).settle(ending);
    },
  };
}

/** Whatever the store fails at: the client reads an error of its provider. */
function refused(thrown: unknown): Stopped {
  if (!isFault(thrown)) throw thrown;
  return { kind: 'refused', fault: thrown };
}

const outgoing = (
  { credential, connection }: Admitted,
  headers: readonly string[],
): readonly string[] =>
  credential === null ? headers : putCredential(connection, credential, headers);

/** null: whatever this is, it passes as it is. */
function gateFor({ mirrors }: Recorder, admitted: Admitted): Gate | null {
  const { connection, knock } = admitted;
  if (connection.git === undefined || !isPush(knock)) return null;
  const authorization = valueOf(outgoing(admitted, knock.headers), 'authorization');
  return openGate(admitted, mirrors.of(admitted, authorization));
}

/** Only a client with a base URL asks us for what the upstream names by its own address. */
function placedHere(
  { knock, connection }: Admitted,
  headers: readonly string[],
): readonly string[] {
  if (knock.forward !== null) return headers;
  const base = `${knock.token === '' ? '' : `/${knock.token}`}/${connection.name}`;
  return pairsOf(headers).flatMap(([name, value]) => [
    name,
    name.toLowerCase() === 'location' ? placeHere(base, connection.upstream, value) : value,
  ]);
}
