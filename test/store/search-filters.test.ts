// A search of a small store and of a large one ask in two ways: both find the same.
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseSearch } from '../../src/model/search-query.ts';
import { type Database, openForReading } from '../../src/store/database.ts';
import { searchExchanges } from '../../src/store/search-rows.ts';
import { draft, ending, newHome, newSession, openHere, writing } from './store-kit.ts';

const home = newHome();
let database: Database;

const MASK = {
  rule: 'github-pat',
  placeholder: 'AITRAIL_github_pat_01234567',
  direction: 'toAgent',
  isForwarded: false,
  channel: 'text',
  ranges: [],
} as const;

/** What tells exchanges apart comes round at lengths of its own. */
const every = (i: number, length: number): boolean => i % length === 0;

beforeAll(async () => {
  const store = await openHere(home);
  const sessions = [
    await newSession(store, { agent: 'claude-code' }),
    await newSession(store, { agent: 'codex' }),
  ];
  for (let i = 0; i < 42; i += 1) {
    const id = `x${String(i).padStart(2, '0')}`;
    // one that was slow to arrive is older than its number
    const startedAtMs = every(i, 9) ? 500 : 1000 + i * 10;
    const connection = every(i, 4) ? 'github' : 'anthropic';
    const model = every(i, 5) ? 'gpt-5' : 'claude-x';
    await store.beginExchange(draft(sessions[i % 2] ?? '', { id, startedAtMs, connection, model }));
    const path = every(i, 6) ? 'docs/a.md' : `src/auth/file-${i % 3}.ts`;
    await store.endExchange(
      ending(id, {
        model,
        texts: [{ kind: 'answer', text: every(i, 2) ? 'change the limit' : 'change the rate' }],
        emissions: every(i, 7) ? [] : [writing(path, 'x')],
        masks: every(i, 8) ? [MASK] : [],
      }),
    );
  }
  await store.close();
  database = openForReading(home);
});

afterAll(() => {
  database.close();
  rmSync(home, { recursive: true });
});

const FILTERS = [
  ['user:ada', 42],
  ['user:bob', 0],
  ['agent:codex', 21],
  ['agent:c*', 42],
  ['agent:nobody', 0],
  ['-agent:codex', 21],
  ['repo:/work/repo', 42],
  ['model:gpt-5', 9],
  ['model:claude*', 33],
  ['model:none', 0],
  ['connection:github', 11],
  ['-connection:github', 31],
  ['path:docs', 6],
  ['path:file-1.ts', 12],
  ['path:src/*', 30],
  ['path:nowhere', 0],
  ['-path:src', 12],
  ['masked:github-pat', 6],
  ['-masked:github-pat', 36],
  ['masked:none', 0],
  ['resource:docs', 6],
  ['resource:"POST /v1/*"', 42],
  ['since:1970-01-01T00:00:01.300Z', 11],
  ['until:1970-01-01T00:00:01Z', 5],
  ['since:1970-01-01T00:00:09Z', 0],
  ['until:1970-01-01T00:00:00Z', 0],
  ['agent:codex path:src -masked:github-pat until:1970-01-01T00:00:01.200Z', 10],
] as const;

const ids = (text: string, limit: number, few?: number): readonly string[] =>
  searchExchanges(database, parseSearch(text), few === undefined ? { limit } : { limit, few }).map(
    ({ id }) => id,
  );

test.each(FILTERS)('%s', (filter, count) => {
  const found = ids(filter, 100);
  expect(found).toHaveLength(count);
  expect(found).toEqual(found.toSorted().toReversed());
  for (const text of [filter, `change ${filter}`]) {
    expect(ids(text, 100)).toEqual(found);
    expect(ids(text, 100, -1)).toEqual(found);
    expect(ids(text, 3, -1)).toEqual(found.slice(0, 3));
    expect(ids(text, 3)).toEqual(found.slice(0, 3));
  }
});
