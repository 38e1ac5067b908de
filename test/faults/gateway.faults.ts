// Two gateways on one database under 64 streams, one killed in the middle, again and again; four writers killed at any
// moment. Nothing that was acknowledged is missing, and there is one log.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { hasPostgres, newDatabase, openOn, query } from '../store/postgres/database.ts';
import { makeTeam } from '../gateway/team.ts';
import { killInTheMiddle } from '../gateway/kill-in-the-middle.ts';
import { verifyRecords } from '../store/postgres/verify-records.ts';
import { figure } from './figures.ts';

const ROUNDS = Number(process.env['AITRAIL_FAULTS'] ?? 5);
const KILLS = ROUNDS * 4;
const RUN_MS = 1500;

test.skipIf(!hasPostgres)('64 streams through two gateways, one of them killed', async () => {
  const team = await makeTeam(() => pause(Math.random() * 20));
  let [whole, failed, interrupted] = [0, 0, 0];
  for (let round = 0; round < ROUNDS; round += 1) {
    const load = { streams: 64, turns: 4, killAfter: 20 + Math.floor(Math.random() * 180) };
    const seen = await killInTheMiddle(team, { ...load, name: `round ${String(round)}` });
    expect(seen.whole).toHaveLength(256);
    const odd = seen.failures.filter((why) => !/^(connection|cut|503 .*)$/s.test(why));
    expect([...new Set(odd)].join('\n')).toBe('');
    const ok = seen.exchanges.filter(({ outcome }) => outcome === 'ok');
    const recorded = new Set(ok.map(({ requestSha256 }) => requestSha256));
    expect(seen.whole.filter((sha256) => !recorded.has(sha256))).toEqual([]);
    expect(new Set(seen.exchanges.map(({ logIndex }) => logIndex)).size).toBe(
      seen.exchanges.length,
    );
    whole += seen.whole.length;
    failed += seen.failures.length;
    interrupted = seen.exchanges.filter(({ outcome }) => outcome === 'interrupted').length;
  }
  figure('gateways killed', String(ROUNDS));
  figure('replies that came whole, all on record', String(whole));
  figure('failures that callers saw and repeated', String(failed));
  figure('records marked interrupted', String(interrupted));
  await team.close();
});

const WRITER = `
  const [opening, kit, place] = process.argv.slice(1);
  const { openOn } = await import(opening);
  const { newSession, draft, ending } = await import(kit);
  const store = await openOn(JSON.parse(place));
  const session = await newSession(store);
  for (let i = 0; ; i += 1) {
    const begun = draft(session);
    await store.beginExchange(begun);
    await store.appendReply(begun.id, Buffer.from('reply ' + i));
    await store.endExchange(ending(begun.id));
    console.log(begun.id);
  }`;

test.skipIf(!hasPostgres)('four writers, one killed after the other', async () => {
  const place = await newDatabase();
  await (await openOn(place)).close();
  const done: string[] = [];
  const start = async () => {
    const files = ['../store/postgres/database.ts', '../store/store-kit.ts'];
    const urls = files.map((file) => new URL(file, import.meta.url).href);
    const args = ['--import', 'tsx', '--input-type=module', '-e', WRITER, ...urls];
    const child = spawn(process.execPath, [...args, JSON.stringify(place)]);
    createInterface(child.stdout).on('line', (id) => done.push(id));
    child.stderr.pipe(process.stderr);
    await once(child.stdout, 'data');
    return child;
  };
  const writers = await Promise.all([start(), start(), start(), start()]);
  for (let kills = 0; kills < KILLS; kills += 1) {
    await pause(Math.random() * RUN_MS);
    const [oldest] = writers.splice(0, 1);
    oldest?.kill('SIGKILL');
    if (kills < KILLS - 4) writers.push(await start());
  }
  for (const writer of writers) writer.kill('SIGKILL');
  await pause(RUN_MS); // their last statements
  await query(place, `UPDATE instances SET seen = seen - interval '1 hour'`);
  const store = await openOn(place, { lapseMs: 500 });
  const size = await verifyRecords(store);
  for (const id of done) expect(await store.findExchange(id)).toMatchObject({ outcome: 'ok' });
  figure('writers killed', String(KILLS));
  figure('records acknowledged, all there', String(done.length));
  figure('leaves of the log, no gap, no fork', String(size));
  await store.close();
});
