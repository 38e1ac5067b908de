// What a gateway costs and what bounds it: 64 callers at once, requests of 50 kB, a model that answers at once, recording and
// masking on, PostgreSQL that waits for its disk.
import { readFileSync } from 'node:fs';
import { ask, makeTeam, type Gateway, type Team } from '../../gateway/team.ts';
import { openOn } from '../../store/postgres/database.ts';
import { newDirectory, startTeamServer } from '../team-server.ts';
import type { Figure, Row } from '../row.ts';
import { timed } from '../timing.ts';

const STREAMS = 64;
const EXCHANGES = 640;
const WARM_UP = 64;
const REQUEST_BYTES = 50_000;
const LEAVES = 2000;
/** Of /proc: sysconf(_SC_CLK_TCK) on Linux. */
const TICK_MS = 10;

export const row: Row = {
  id: 'GATE',
  title: 'gateway: 64 streams, one and two instances on one database',
  run: async () => {
    const server = await startTeamServer(newDirectory());
    const team = await makeTeam(() => Promise.resolve(), server.database);
    try {
      const gateways = [await team.start(), await team.start()];
      const one = await measure(team, gateways.slice(0, 1));
      const two = await measure(team, gateways);
      const append = await measureLog(team);
      const both = (what: string, pick: (of: Measured) => number, note: string): Figure => ({
        what,
        unit: 'ms',
        of: 'instances',
        sizes: [
          { size: 1, value: pick(one) },
          { size: 2, value: pick(two) },
        ],
        bar: null,
        note,
      });
      return [
        both(
          'an exchange, all things considered',
          ({ wallMs }) => wallMs,
          'throughput is its inverse',
        ),
        both('… of it: CPU of the gateways', ({ gatewayMs }) => gatewayMs, 'one core each'),
        {
          what: 'a leaf, eight writers: commits one after the other',
          unit: 'ms',
          of: 'leaves',
          sizes: [{ size: LEAVES, value: append }],
          bar: null,
          note: 'the log’s own bound, for all instances together',
        },
      ];
    } finally {
      await team.close();
      await server.stop();
    }
  },
};

interface Measured {
  /** Of one exchange. */
  readonly wallMs: number;
  readonly gatewayMs: number;
}

async function measure(team: Team, gateways: readonly Gateway[]): Promise<Measured> {
  const token = await team.token({ sub: `load on ${String(gateways.length)}` });
  await load(gateways, token, WARM_UP);
  const before = cpuOf(gateways);
  const wallMs = await timed(() => load(gateways, token, EXCHANGES));
  return {
    wallMs: wallMs / EXCHANGES,
    gatewayMs: (cpuOf(gateways) - before) / EXCHANGES,
  };
}

async function load(gateways: readonly Gateway[], token: string, count: number): Promise<void> {
  let next = 0;
  const stream = async (index: number): Promise<void> => {
    const gateway = gateways[index % gateways.length];
    while (next < count) {
      next += 1;
      const content = `${String(next)} ${'some text of a conversation. '.repeat(REQUEST_BYTES / 29)}`;
      const body = JSON.stringify({ model: 'model-1', messages: [{ role: 'user', content }] });
      const heard = await ask(gateway?.url ?? '', token, body);
      if (heard.kind !== 'whole') throw new Error(`the gateway failed: ${heard.why}`);
    }
  };
  await Promise.all(Array.from({ length: STREAMS }, (_, index) => stream(index)));
}

/** Milliseconds so far, of all. */
const cpuOf = (gateways: readonly Gateway[]): number =>
  gateways.reduce((sum, { child }) => {
    const fields = readFileSync(`/proc/${String(child.pid)}/stat`, 'utf8')
      .split(') ')[1]
      ?.split(' ');
    return sum + (Number(fields?.[11]) + Number(fields?.[12])) * TICK_MS;
  }, 0);

async function measureLog(team: Team): Promise<number> {
  const store = await openOn(team.place, { signer: () => null });
  const writer = async (): Promise<void> => {
    for (let i = 0; i < LEAVES / 8; i += 1) await store.appendLog(Buffer.from(`leaf ${String(i)}`));
  };
  const ms = await timed(() => Promise.all(Array.from({ length: 8 }, writer)));
  await store.close();
  return ms / LEAVES;
}
