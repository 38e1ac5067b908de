// Streams through two gateways of which one is killed: what callers saw, and what is on record.
import { createHash } from 'node:crypto';
import { checkLog } from '../../src/flow/log/check-log.ts';
import { readStore } from '../../src/flow/show/read-store.ts';
import type { Exchange } from '../../src/model/session.ts';
import { openOn, query } from '../store/postgres/database.ts';
import { ask, type Team } from './team.ts';

export interface Load {
  readonly streams: number;
  /** Requests of each stream, one after the other. */
  readonly turns: number;
  /** Replies that were complete when one gateway is killed. */
  readonly killAfter: number;
  /** Tells its requests from those of another load. */
  readonly name?: string;
}

export interface Outcome {
  /** Failures as callers saw them, by kind. */
  readonly failures: readonly string[];
  /** SHA-256 of the requests whose reply came whole. */
  readonly whole: readonly string[];
  readonly exchanges: readonly Exchange[];
  readonly logSize: number;
  readonly seconds: number;
}

export async function killInTheMiddle(team: Team, load: Load): Promise<Outcome> {
  const [doomed, other] = [await team.start(), await team.start()];
  const token = await team.token();
  const failures: string[] = [];
  const whole: string[] = [];
  const startedAtMs = Date.now();
  const stream = async (index: number): Promise<void> => {
    for (let turn = 0; turn < load.turns; turn += 1) {
      const content = `${load.name ?? ''} stream ${String(index)}, turn ${String(turn)}`;
      const body = JSON.stringify({ model: 'model-1', messages: [{ role: 'user', content }] });
      let gateway = (index + turn) % 2 === 0 ? doomed : other;
      for (;;) {
        const heard = await ask(gateway.url, token, body);
        if (heard.kind === 'whole') break;
        failures.push(heard.why);
        gateway = other; // what any client does with a connection that broke
      }
      whole.push(createHash('sha256').update(body).digest('hex'));
      if (whole.length === load.killAfter) void doomed.kill();
    }
  };
  await Promise.all(Array.from({ length: load.streams }, (_, index) => stream(index)));
  const seconds = (Date.now() - startedAtMs) / 1000;
  await doomed.kill();
  await other.stop();
  // whoever starts next closes what the killed one left open
  while ((await listAll(team)).some(({ outcome }) => outcome === 'open')) {
    await query(team.place, `UPDATE instances SET seen = seen - interval '1 hour'`);
    await (await openOn(team.place, { signer: () => null, lapseMs: 500 })).close();
  }
  const { size } = await checkLog(team.caller);
  const exchanges = await listAll(team);
  return { failures, whole, exchanges, logSize: size, seconds };
}

const listAll = (team: Team): Promise<readonly Exchange[]> =>
  readStore(team.caller, async (store) => {
    const sessions = await store.listSessions({});
    const lists = await Promise.all(sessions.map(({ id }) => store.listExchanges(id)));
    return lists.flat();
  });
