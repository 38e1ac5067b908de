// Full text of exchanges and the filters beside it, in each store.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rmSync } from 'node:fs';
import { parseSearch } from '../../src/model/search-query.ts';
import type { SearchText } from '../../src/model/search.ts';
import type { ExchangeDraft, ExchangeEnd, Store } from '../../src/store/store.ts';
import { draft, ending, newHome, newSession, writing } from './store-kit.ts';
import { HERE, POSTGRES, START_MS } from './ways.ts';

let store: Store;
let [first, second]: readonly string[] = [];

const said = (text: string, kind: SearchText['kind'] = 'answer'): readonly SearchText[] => [
  { kind, text },
];

interface Spoken {
  readonly draft?: Partial<ExchangeDraft>;
  readonly end?: Partial<ExchangeEnd>;
}

async function speak(session: string, id: string, { draft: begun, end }: Spoken): Promise<void> {
  await store.beginExchange(draft(session, { id, ...begun }));
  await store.endExchange(ending(id, end));
}

const MASK = {
  rule: 'github-pat',
  placeholder: 'AITRAIL_github_pat_01234567',
  direction: 'toAgent',
  isForwarded: false,
  channel: 'text',
  ranges: [],
} as const;

describe.each([HERE, ...POSTGRES])('search in a store %s', (_, open) => {
  const home = newHome();
  beforeAll(async () => {
    store = await open(home);
    [first, second] = [
      await newSession(store, { agent: 'claude-code' }),
      await newSession(store, { agent: 'codex' }),
    ];
    await speak(first, 'x1', {
      end: { texts: said('Raise max_retries in fetchUserName', 'prompt') },
    });
    await speak(first, 'x2', {
      draft: { startedAtMs: 5000 },
      end: {
        texts: said('The rate limit of GitHub is 5000'),
        emissions: [writing('src/auth/login.ts', 'x')],
        masks: [MASK],
      },
    });
    await speak(second, 'x3', {
      draft: { connection: 'github', method: 'DELETE', url: '/repos/acme/app?force=1' },
      end: { model: 'gpt-5', texts: said('limit the rate, 数据库') },
    });
    await speak(second, 'x4', {});
  }, START_MS);

  afterAll(async () => {
    await store.close();
    rmSync(home, { recursive: true, force: true });
  });

  test.each([
    ['limit', 'x3 x2'],
    ['limit rate', 'x3 x2'],
    ['"rate limit"', 'x2'],
    ['limit -github', 'x3'],
    ['github', 'x2'],
    ['hub', 'x2'],
    ['max_retries', 'x1'],
    ['retr*', 'x1'],
    ['fetchusername', 'x1'],
    ['user', 'x1'],
    ['数据', 'x3'],
    ['zebra', ''],
    ['-limit agent:claude-code', 'x1'],
    ['agent:codex', 'x4 x3'],
    ['agent:codex agent:claude-code limit', 'x3 x2'],
    ['-agent:codex', 'x2 x1'],
    ['user:ADA@', 'x4 x3 x2 x1'],
    ['user:grace', ''],
    ['model:gpt-5', 'x3'],
    ['model:gpt*', 'x3'],
    ['repo:team/repo', 'x4 x3 x2 x1'],
    ['connection:github', 'x3'],
    ['path:login.ts', 'x2'],
    ['path:src/auth', 'x2'],
    ['path:src', 'x2'],
    ['path:src/*.ts', 'x2'],
    ['masked:github-pat', 'x2'],
    ['-masked:github-pat limit', 'x3'],
    ['resource:"DELETE /repos/*"', 'x3'],
    ['resource:/repos/acme/app', 'x3'],
    ['resource:"GET /repos/*"', ''],
    ['resource:github', 'x3'],
    ['resource:login.ts', 'x2'],
    ['since:1970-01-01T00:00:04Z', 'x2'],
    ['until:1970-01-01T00:00:04Z limit', 'x3'],
  ])('%s finds %s', async (query, want) => {
    const found = await store.searchExchanges(parseSearch(query), 10);
    expect(found.map(({ id }) => id).join(' ')).toBe(want);
  });

  test('at most as many as asked for, the newest', async () =>
    expect((await store.searchExchanges(parseSearch('limit'), 1)).map(({ id }) => id)).toEqual([
      'x3',
    ]));

  test('what ended without its text is told, until it is indexed', async () => {
    expect(await store.listUnindexed(5)).toEqual(['x4']);
    await store.indexExchange('x4', said('a late zebra'));
    expect(await store.listUnindexed(5)).toEqual([]);
    expect((await store.searchExchanges(parseSearch('zebra'), 5)).map(({ id }) => id)).toEqual([
      'x4',
    ]);
    await store.indexExchange('x4', said('a late gnu'));
    expect(await store.searchExchanges(parseSearch('zebra'), 5)).toEqual([]);
  });
});
