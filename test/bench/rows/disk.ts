// B10: what a long session costs on disk, against all bytes that crossed the wire: every request resends the history.
import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../../src/store/open-store.ts';
import { draft, ending, newSession } from '../../store/store-kit.ts';
import { openPlace } from '../place.ts';
import type { Row, Sized } from '../row.ts';
import { writeCode } from '../written-code.ts';

export const row: Row = {
  id: 'B10',
  title: 'disk for a session of many turns',
  run: async () => {
    const sizes: Sized[] = [];
    for (const turns of [100, 200]) sizes.push({ size: turns, value: await measure(turns) });
    return [
      {
        what: 'bytes on the wire : bytes on disk',
        unit: '×',
        of: 'turns',
        sizes,
        bar: 50,
        isMoreBetter: true,
        note: 'the whole state directory once the store is closed',
      },
    ];
  },
};

async function measure(turns: number): Promise<number> {
  const place = openPlace();
  try {
    const store = await openStore({ home: place.home, mode: 'write', inProcess: true });
    const session = await newSession(store);
    const system = writeCode(1, 250);
    const history: string[] = [];
    let wire = 0;
    for (let turn = 0; turn < turns; turn += 1) {
      const asked = writeCode(turn + 10, 15);
      const answered = writeCode(turn + 1000, 25);
      history.push(JSON.stringify({ role: 'user', content: asked }));
      const slices = ['{"system":', JSON.stringify(system), ',"messages":[', ...history, ']}'];
      const begun = draft(session, { slices: slices.map((slice) => Buffer.from(slice)) });
      const answer = JSON.stringify({ role: 'assistant', content: answered });
      const reply = Buffer.from(eventsOf(answer));
      await store.beginExchange(begun);
      await store.appendReply(begun.id, reply);
      const texts = [
        { kind: 'prompt', text: asked },
        { kind: 'answer', text: answered },
      ] as const;
      await store.endExchange(ending(begun.id, { responseSha256: sha256(reply), texts }));
      history.push(answer);
      wire += slices.join('').length + reply.length;
    }
    await store.close();
    return wire / sizeOf(place.home);
  } finally {
    place.remove();
  }
}

/** As providers stream it: a few characters an event. */
function eventsOf(answer: string): string {
  const id = randomUUID();
  const deltas = answer.match(/[^]{1,12}/g) ?? [];
  return deltas
    .map((text) => `event: delta\ndata: ${JSON.stringify({ type: 'delta', id, text })}\n\n`)
    .join('');
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const sizeOf = (home: string): number =>
  readdirSync(home, { recursive: true, encoding: 'utf8' })
    .map((path) => statSync(join(home, path)))
    .filter((facts) => facts.isFile())
    .reduce((sum, facts) => sum + facts.size, 0);
