// Records in the order of the log: to a receiver that speaks OTLP over HTTP, and on after an interruption.
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { followLog, type LoggedRecord } from '../../../src/flow/export/follow-log.ts';
import { openLogSender, type LogReceiver } from '../../../src/flow/export/send-logs.ts';
import { exportExchanges } from '../../../src/flow/show/export-exchanges.ts';
import type { Caller } from '../../../src/model/caller.ts';
import { arrayAt, objectAt, stringAt } from '../../../src/model/json.ts';
import { eventLine, exchangeLine } from '../../../src/print/export-lines.ts';
import { draft, ending, newSession, openHere } from '../../store/store-kit.ts';

let dir: string;
let home: string;
let caller: Caller;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'export-')));
  home = join(dir, 'state');
  caller = { cwd: dir, env: { HOME: dir, AITRAIL_HOME: home, PATH: process.env['PATH'] ?? '' } };
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Records some exchanges of one session, and an event behind them. */
async function fill(count: number, agent = 'codex'): Promise<void> {
  const store = await openHere(home);
  const session = await newSession(store, { agent });
  for (let i = 0; i < count; i += 1) {
    const begun = draft(session, { startedAtMs: 2000 + i });
    await store.beginExchange(begun);
    await store.endExchange(ending(begun.id));
  }
  await store.addEvent({ kind: 'gap', atMs: 5000, detail: { why: 'nobody knows' } });
  await store.close();
}

const indexes = (records: readonly LoggedRecord[]): readonly number[] =>
  records.map(({ log }) => log.index);

async function readFrom(from: number, filter: object = {}): Promise<readonly LoggedRecord[]> {
  const found: LoggedRecord[] = [];
  await followLog(caller, { from, filter, stop: null }, (records) => {
    found.push(...records);
    return Promise.resolve();
  });
  return found;
}

describe('the log', () => {
  test('is told from any index, and a filter leaves out what it does not name', async () => {
    await fill(250);
    await fill(2, 'claude-code');
    expect(indexes(await readFrom(0))).toEqual(Array.from({ length: 254 }, (_, i) => i));
    expect(indexes(await readFrom(249))).toEqual([249, 250, 251, 252, 253]);
    expect(indexes(await readFrom(0, { agent: 'claude-code' }))).toEqual([251, 252]);
    expect(indexes(await readFrom(0, { limit: 3 }))).toEqual([0, 1, 2]);
    expect(await readFrom(0, { user: 'nobody' })).toEqual([]);
  });

  test('carries index and hash in every line', async () => {
    await fill(1);
    const [first, second] = await readFrom(0);
    const line: string[] = [];
    await exportExchanges(caller, { range: null, filter: {} }, (one) => {
      line.push(exchangeLine(one));
      return Promise.resolve();
    });
    const written: unknown = JSON.parse(line[0] ?? '');
    expect(objectAt(written, 'log')).toEqual(first?.log);
    expect(first?.log.leafHash).toMatch(/^[0-9a-f]{64}$/);
    if (second?.kind !== 'event') throw new Error('the event is missing');
    expect(eventLine(second.event, second.log)).toContain('"kind":"gap"');
  });

  test('is followed before there is a store, and over the end of its writers', async () => {
    const stop = new AbortController();
    const seen: number[] = [];
    const following = followLog(caller, { from: 0, filter: {}, stop: stop.signal }, (records) => {
      seen.push(...indexes(records));
      return Promise.resolve();
    });
    await fill(1);
    await expect.poll(() => seen, { timeout: 60_000 }).toEqual([0, 1]);
    await fill(2);
    await expect.poll(() => seen, { timeout: 60_000 }).toEqual([0, 1, 2, 3, 4]);
    stop.abort();
    await following;
  }, 130_000);
});

interface Asked {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

const addressOf = (there: Server): AddressInfo => {
  const address = there.address();
  if (typeof address !== 'object' || address === null) throw new Error('it does not listen');
  return address;
};

const warned: string[] = [];
const warn = (line: string): void => void warned.push(line);

describe('a receiver', () => {
  let server: Server;
  let asked: Asked[];
  let answers: ((response: ServerResponse) => void)[];
  beforeEach(async () => {
    [asked, answers] = [[], []];
    warned.length = 0;
    const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const body: unknown = JSON.parse(await text(request));
      asked.push({ path: request.url ?? '', headers: request.headers, body });
      const answer = answers.shift();
      if (answer !== undefined) return answer(response);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    };
    server = createServer((request, response) => void take(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    await fill(2);
  });
  afterEach(() => server.close());

  async function send(more: Partial<LogReceiver> & { readonly path?: string } = {}): Promise<void> {
    const { path = '', ...rest } = more;
    const url = new URL(`http://127.0.0.1:${String(addressOf(server).port)}${path}`);
    const sender = openLogSender(caller, { url, headers: '', stop: null, warn, ...rest });
    try {
      await sender.send(await readFrom(0));
    } finally {
      await sender.close();
    }
  }

  test('gets an ExportLogsServiceRequest with facts, index and hash', async () => {
    await send({ headers: 'x-team=one,authorization=Bearer%20two' });
    expect(asked).toHaveLength(1);
    const [{ path, headers, body }] = [asked[0] ?? { path: '', headers: {}, body: null }];
    expect(path).toBe('/v1/logs');
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'x-team': 'one',
      authorization: 'Bearer two',
    });
    const [resource] = arrayAt(body, 'resourceLogs');
    expect(objectAt(resource, 'resource')).toMatchObject({
      attributes: [
        { key: 'service.name', value: { stringValue: 'aitrail' } },
        { key: 'service.version' },
      ],
    });
    const records = arrayAt(arrayAt(resource, 'scopeLogs')[0], 'logRecords');
    const [first] = await readFrom(0);
    expect(records).toHaveLength(3);
    expect(records[0]).toMatchObject({
      timeUnixNano: '2100000000',
      severityNumber: 9,
      eventName: 'aitrail.exchange',
      body: { stringValue: 'codex asked model-1 at anthropic: ok' },
      attributes: expect.arrayContaining([
        { key: 'aitrail.log.index', value: { intValue: '0' } },
        { key: 'aitrail.log.leaf_hash', value: { stringValue: first?.log.leafHash } },
        { key: 'gen_ai.usage.output_tokens', value: { intValue: '2' } },
        { key: 'aitrail.masked', value: { arrayValue: { values: [] } } },
      ]),
    });
    expect(stringAt(records[2], 'eventName')).toBe('aitrail.gap');
  });

  test('is asked again when it says later, where it wants it', async () => {
    answers = [
      (response) => response.writeHead(503, { 'retry-after': '0' }).end(),
      (response) => response.destroy(),
    ];
    await send({ path: '/collect/v1/logs' });
    expect(asked.map(({ path }) => path)).toEqual(Array(3).fill('/collect/v1/logs'));
    expect(warned).toHaveLength(1);
  }, 60_000);

  test('is not asked again when it refuses', async () => {
    answers = [(response) => response.writeHead(400).end('{"message":"no such tenant"}')];
    await expect(send()).rejects.toMatchObject({
      code: 'UPSTREAM_NONSENSE',
      message: expect.stringContaining('no such tenant'),
    });
    answers = [
      (response) =>
        response.end('{"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"too old"}}'),
    ];
    await send();
    expect(warned).toEqual([expect.stringMatching(/refused 2 records: too old$/)]);
  });

  test('that stays away is told of', async () => {
    answers = Array(9).fill((response: ServerResponse) =>
      response.writeHead(429, { 'retry-after': '0' }).end(),
    );
    await expect(send()).rejects.toMatchObject({ code: 'UPSTREAM_UNREACHABLE' });
    expect(asked).toHaveLength(5);
  });
});
