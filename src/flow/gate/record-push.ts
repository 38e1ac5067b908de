// A push through the gate as a visit of the proxy: recorded, judged, answered in git's own words or passed on, and what the
// server says of the rest comes back with what was refused.
import { type Fault, isFault } from '../../model/fault.ts';
import type { Answered, Refusal, ReplyHead, ReplyTap } from '../../proxy/door.ts';
import { amendReport } from '../../wire/git-push.ts';
import type { Admitted, Recorder } from '../record/record-exchange.ts';
import { type Gate, sayAll } from './gate-push.ts';

export interface GatedPush {
  readonly recorder: Recorder;
  readonly admitted: Admitted;
  readonly gate: Gate;
  readonly openReply: (head: ReplyHead) => ReplyTap;
  readonly refuse: (fault: Fault) => Refusal;
}

const REPORT = 'application/x-git-receive-pack-result';

/** @returns null where some of the push goes on. */
export async function judgeGated(push: GatedPush): Promise<Refusal | Answered | null> {
  const { gate } = push;
  try {
    const answer = await gate.judge();
    await recordRefused(push);
    if (answer === null) return null;
    await recordOwn(push, 200, answer);
    return { kind: 'answered', reply: { contentType: REPORT, body: answer.toString('utf8') } };
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    await recordOwn(push, 0, Buffer.alloc(0));
    return push.refuse(thrown);
  }
}

/** Our answer is what the record has as the reply. */
async function recordOwn({ openReply }: GatedPush, status: number, answer: Buffer): Promise<void> {
  const tap = openReply({ status, headers: ['content-type', REPORT] });
  const pieces = [...tap.push(answer), ...tap.end(false)];
  await tap.keep(Buffer.concat(pieces.map(({ record }) => record)));
  await tap.settle('refused');
}

async function recordRefused({ recorder, admitted, gate }: GatedPush): Promise<void> {
  const { id, grant, policy, connection } = admitted;
  for (const { ref, why } of gate.refused()) {
    recorder.warn(`${id}: push of ${ref} refused: ${why}`);
    const detail = {
      exchange: id,
      effect: 'blocked',
      on: 'push',
      rule: connection.name,
      ref: ref.slice(0, 300),
      why: recorder.maskers.mask(why).slice(0, 300),
      session: grant.id,
      policy: policy.digest,
    };
    await recorder.store.addEvent({ kind: 'ruled', atMs: Date.now(), detail });
    const told = { on: 'block', subject: 'push', rule: connection.name, approval: null } as const;
    recorder.notifier.tell(policy, { ...told, exchange: id, place: grant.place });
  }
}

const REPLY_BYTES_MAX = 8 * 1024 * 1024;

/** The server's report says nothing of what it never saw: that is put in. */
export function amendReply(tap: ReplyTap, gate: Gate): ReplyTap {
  const refused = gate.refused();
  if (refused.length === 0) return tap;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  return {
    ...tap,
    push: (chunk) => {
      bytes += chunk.length;
      if (bytes > REPLY_BYTES_MAX) throw new Error('the report of the push has no end');
      chunks.push(chunk);
      return [];
    },
    end: (isCut) => {
      const reply = Buffer.concat(chunks);
      const whole = isCut
        ? reply
        : amendReport(gate.head(), reply, { refused, said: sayAll(refused) });
      return [...tap.push(whole), ...tap.end(isCut)];
    },
  };
}
