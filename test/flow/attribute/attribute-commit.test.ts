// Attribution of real commits from a real store: what git says was added, and what recordings say of it.
import { afterEach, expect, test } from 'vitest';
import { openBench } from '../attribution-bench.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const LETTER = { ai: 'a', mixed: 'm', unrecorded: 'h' } as const;

async function openTold(format: 'sha1' | 'sha256' = 'sha1', content: 'full' | 'metadata' = 'full') {
  const bench = await openBench(format, content);
  closers.push(bench.close);
  const record = (path: string, text: string, stood: string | null): Promise<void> =>
    bench.record({ kind: 'write', path, text }, { [path]: stood ?? '' });
  const attribute = async (id: string): Promise<Record<string, string>> =>
    Object.fromEntries(
      (await bench.attribute(id)).map((file) => [
        file.path,
        file.added.map((line) => `${String(line.line)}${LETTER[line.origin.kind]}`).join(' '),
      ]),
    );
  return { ...bench, ask: bench.record, record, attribute };
}

const MINE = 'import { readOrders } from "./orders";\n\nexport const orders = readOrders();\n';
const BLOCK = `export function overdueOrders(today: Date): Order[] {
  const cutoff = addDays(today, -gracePeriod);
  return orders.filter((order) => order.dueOn < cutoff);
}
`;

test.each([
  ['sha1', 'full'],
  ['sha256', 'full'],
  ['sha1', 'metadata'],
] as const)('a block added to a person’s file, then edited (%s, %s)', async (format, content) => {
  const { write, commit, record, attribute } = await openTold(format, content);
  write('src/a.ts', MINE);
  expect(await attribute(commit())).toEqual({ 'src/a.ts': '1h 2h 3h' });
  await record('src/a.ts', MINE + BLOCK, MINE);
  write('src/a.ts', MINE + BLOCK);
  expect(await attribute(commit())).toEqual({ 'src/a.ts': '4a 5a 6a 7a' });
  write('src/a.ts', (MINE + BLOCK).replace('-gracePeriod', '-gracePeriod - 1'));
  expect(await attribute(commit())).toEqual({ 'src/a.ts': '5m' });
});

test('a renamed file, and a copy of an AI’s function beside a person’s', async () => {
  const { git, write, commit, record, attribute } = await openTold();
  write('src/a.ts', MINE);
  commit();
  await record('src/a.ts', MINE + BLOCK, MINE);
  write('src/a.ts', MINE + BLOCK);
  commit();
  git('mv', 'src/a.ts', 'src/late.ts');
  write('src/late.ts', (MINE + BLOCK).replace('today: Date', 'now: Date'));
  expect(await attribute(commit())).toEqual({ 'src/late.ts': '4m' });
  write('src/copy.ts', MINE + BLOCK);
  expect(await attribute(commit())).toEqual({ 'src/copy.ts': '1h 2h 3h 4a 5a 6a 7a' });
});

test('a merge adds what no parent has; a deletion adds nothing', async () => {
  const { git, write, commit, record, attribute } = await openTold();
  write('a.ts', MINE);
  commit();
  git('switch', '-qc', 'side');
  await record('b.ts', BLOCK, null);
  write('b.ts', BLOCK);
  commit();
  git('switch', '-q', '-');
  write('a.ts', `${MINE}export default orders;\n`);
  commit();
  git('merge', '-q', '--no-commit', 'side');
  write('a.ts', `${MINE}export default orders;\n// merged by hand\n`);
  expect(await attribute(commit())).toEqual({ 'a.ts': '5h' });
  git('rm', '-q', 'b.ts');
  expect(await attribute(commit())).toEqual({});
});

test('an answer that quotes a person’s file claims nothing of it, however late the file was looked at', async () => {
  const bench = await openTold();
  bench.write('src/a.ts', MINE + BLOCK);
  const snippet = { kind: 'snippet', path: null, text: BLOCK } as const;
  await bench.ask(snippet, { 'src/a.ts': MINE + BLOCK }, { seenAfterMs: 150 });
  expect(await bench.attribute(bench.commit())).toEqual({ 'src/a.ts': '1h 2h 3h 4h 5h 6h 7h' });
});

const EXTRA =
  'export const isLate = (order: Order): boolean => overdueOrders(today()).includes(order);\n';

test('what a person gave to the model and it wrote back is not the model’s', async () => {
  const bench = await openTold();
  const told = `Save this as src/a.ts, with a test for one order:\n${BLOCK}`;
  const write = { kind: 'write', path: 'src/a.ts', text: BLOCK + EXTRA } as const;
  bench.write('src/a.ts', BLOCK + EXTRA);
  await bench.ask(write, { 'src/a.ts': '' }, { told });
  expect(await bench.attribute(bench.commit())).toEqual({ 'src/a.ts': '1h 2h 3h 4h 5a' });
});

test('an answer that repeats what a person asked about is not the model’s, but for what it changed', async () => {
  const bench = await openTold();
  const changed = BLOCK.replace('-gracePeriod', '-gracePeriod.days');
  const snippet = { kind: 'snippet', path: null, text: changed } as const;
  await bench.ask(snippet, {}, { told: `Is this right?\n${BLOCK}` });
  bench.write('src/a.ts', changed);
  expect(await bench.attribute(bench.commit())).toEqual({ 'src/a.ts': '1h 2a 3h 4h' });
});

test('a model’s code that a person gives to another model stays the first one’s', async () => {
  const bench = await openTold();
  await bench.record('src/a.ts', BLOCK, '');
  bench.write('src/a.ts', BLOCK);
  bench.commit();
  const write = { kind: 'write', path: 'src/b.ts', text: BLOCK } as const;
  await bench.ask(write, { 'src/b.ts': '' }, { told: `Copy it:\n${BLOCK}`, isOther: true });
  bench.write('src/b.ts', BLOCK);
  expect(await bench.attribute(bench.commit())).toEqual({ 'src/b.ts': '1a 2a 3a 4a' });
});

test('prose of an answer that a person pasted', async () => {
  const bench = await openTold();
  const text =
    'The importer reads one file a night, checks each row against the ledger and\nwrites what it could not match to a report.\n';
  await bench.ask({ kind: 'told', by: 'model', path: null, text }, {});
  bench.write('doc.md', `# Importer\n\n${text}\nAsk Ada.\n`);
  expect(await bench.attribute(bench.commit())).toEqual({ 'doc.md': '1h 2h 3a 4a 5h 6h' });
});

test('a signature that a person asked for is the model’s line', async () => {
  const bench = await openTold();
  const [signature = ''] = BLOCK.split('\n');
  await bench.ask(
    { kind: 'write', path: 'src/a.ts', text: BLOCK },
    { 'src/a.ts': '' },
    { told: `Please write\n${signature}` },
  );
  bench.write('src/a.ts', BLOCK);
  expect(await bench.attribute(bench.commit())).toEqual({ 'src/a.ts': '1a 2a 3a 4a' });
});

test('what a model wrote in another worktree and a diff brought here', async () => {
  const bench = await openTold();
  bench.write('src/a.ts', MINE);
  bench.commit();
  const written = { kind: 'write', path: 'src/a.ts', text: MINE + BLOCK } as const;
  await bench.ask(written, { 'src/a.ts': MINE }, { worktree: '/work/other' });
  bench.write('src/a.ts', MINE + BLOCK);
  expect(await bench.attribute(bench.commit())).toEqual({ 'src/a.ts': '4a 5a 6a 7a' });
});

test('a commit that is not there is said to be missing', async () => {
  const { attribute } = await openTold();
  await expect(attribute('0'.repeat(40))).rejects.toMatchObject({ code: 'NO_SUCH_REVISION' });
});
