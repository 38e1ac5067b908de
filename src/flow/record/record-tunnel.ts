// A tunnel to a host that no connection is about: who connected where, and how many bytes went each way. No content.
import { createHash } from 'node:crypto';
import { isInScope } from '../../guard/scope.ts';
import { NO_MARKS } from '../../model/event-marks.ts';
import { type Fault, isFault } from '../../model/fault.ts';
import type { Policy } from '../../model/policy.ts';
import type { Grant } from '../../model/session.ts';
import type { Refusal, Tunnel, TunnelKnock } from '../../proxy/door.ts';
import { newExchangeId } from '../../store/ids.ts';
import type { ExchangeEnd } from '../../store/store.ts';
import { contextOf } from './exchange-context.ts';
import { UNKNOWN } from './pick-connection.ts';
import { tellGap } from './tell-gap.ts';
import type { Recorder } from './record-exchange.ts';

interface Asked {
  readonly grant: Grant;
  readonly policy: Policy;
  readonly knock: TunnelKnock;
}

type Blind = Extract<Tunnel, { kind: 'blind' }>;

const NOTHING_SHA256 = createHash('sha256').digest('hex');

/** @param refusalOf what the client is told where the record cannot be opened. */
export function openTunnelRecord(
  recorder: Recorder,
  asked: Asked,
  refusalOf: (fault: Fault) => Refusal,
): Blind {
  const id = newExchangeId();
  const isSeen = isInScope(asked.policy.scope, asked.grant.place.remote);
  const { host, port } = asked.knock;
  const name = `${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
  return {
    kind: 'blind',
    stop: recorder.grants.stopOf(asked.grant.id),
    hop: recorder.hops.of(asked.grant, `https://${name}`),
    begin: async () => {
      if (!isSeen) return null;
      try {
        await begin(recorder, asked, { id, url: name });
        return null;
      } catch (thrown) {
        if (!isFault(thrown)) throw thrown;
        if (asked.policy.onStoreError === 'refuse') return refusalOf(thrown);
        const line = `tunnel ${id} passes unrecorded: ${thrown.message} (${thrown.code})`;
        tellGap(recorder, asked, { id, line });
        return null;
      }
    },
    end: async (ended) => {
      if (!isSeen) return;
      try {
        await recorder.store.endExchange(endOf(id, ended));
      } catch (thrown) {
        const line = `the end of tunnel ${id} is not recorded: ${String(thrown)}`;
        tellGap(recorder, asked, { id, line });
      }
    },
  };
}

async function begin(
  { store, grants }: Recorder,
  { grant }: Asked,
  { id, url }: { readonly id: string; readonly url: string },
): Promise<void> {
  const startedAtMs = Date.now();
  const { principal, identity, place, agent } = grant;
  const facts = { agent, agentVersion: null, place, principal, identity, atMs: startedAtMs };
  const session = await store.joinSession(grant.id, null, facts);
  await store.beginExchange({
    id,
    session: session.id,
    connection: UNKNOWN,
    protocol: 'http',
    wire: null,
    method: 'CONNECT',
    url,
    headers: [],
    startedAtMs,
    requestSha256: NOTHING_SHA256,
    requestBytes: 0,
    slices: [],
    model: null,
    context: contextOf(grant, session, { version: null, trigger: null }),
  });
  const tally = grants.tally(grant.id);
  tally.sessions.add(session.id);
}

function endOf(id: string, ended: Parameters<Blind['end']>[0]): ExchangeEnd {
  return {
    id,
    firstByteAtMs: null,
    endedAtMs: Date.now(),
    status: ended.ending === 'ok' ? 200 : null,
    outcome: ended.ending,
    headers: [],
    model: null,
    stopReason: null,
    usage: null,
    // of the encrypted bytes nothing is known but how many there were
    request: { sha256: NOTHING_SHA256, bytes: ended.sentBytes },
    responseSha256: NOTHING_SHA256,
    clientSha256: NOTHING_SHA256,
    responseBytes: ended.receivedBytes,
    marks: NO_MARKS,
    masks: [],
    emissions: [],
  };
}
