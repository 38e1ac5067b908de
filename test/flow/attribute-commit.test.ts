// Attribution of real commits from a real store: what git says was added, and what recordings say of it.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { attributeCommit } from '../../src/flow/attribute-commit.ts';
import { openObjects } from '../../src/git/objects.ts';
import { openRepository } from '../../src/git/open-repository.ts';
import { fingerprintEdit } from '../../src/match/fingerprints.ts';
import { openTokenizer, splitTokenLines } from '../../src/match/tokens.ts';
import { openStore } from '../../src/store/open-store.ts';
import { draft, ending, newSession, writing } from '../store/store-kit.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const LETTER = { ai: 'a', mixed: 'm', unrecorded: 'h' } as const;

async function openBench(format: 'sha1' | 'sha256' = 'sha1') {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'attribute-')));
  closers.push(() => rmSync(dir, { recursive: true }));
  const top = join(dir, 'w');
  const who = { NAME: 'A', EMAIL: 'a@example.com' };
  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    HOME: dir,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: who.NAME,
    GIT_AUTHOR_EMAIL: who.EMAIL,
    GIT_COMMITTER_NAME: who.NAME,
    GIT_COMMITTER_EMAIL: who.EMAIL,
  };
  mkdirSync(top);
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: top, env, encoding: 'utf8' }).trim();
  git('init', '-q', `--object-format=${format}`);
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(top, path)), { recursive: true });
    writeFileSync(join(top, path), text);
  };
  const commit = (): string => {
    git('add', '-A');
    git('commit', '-qm', 'c');
    return git('rev-parse', 'HEAD');
  };
  const store = await openStore({ home: join(dir, 'home'), mode: 'write', inProcess: true });
  closers.push(() => store.close());
  const repository = await openRepository({ cwd: top, env });
  const objects = openObjects({ cwd: top, env });
  closers.push(() => objects.close());
  const key = await store.readKey();
  const session = await newSession(store);
  let clockMs = 2000;
  /** One exchange: what stood in the file, then what the model wrote into it. */
  const record = async (path: string, text: string, stood: string | null): Promise<void> => {
    clockMs += 1000;
    const begun = draft(session, { startedAtMs: clockMs });
    await store.beginExchange(begun);
    const lines = splitTokenLines(openTokenizer(key).tokenize(stood ?? ''));
    const seen = { repository: repository.commonDir, worktree: top, path, exchange: begun.id };
    await store.addObservations([
      { ...seen, atMs: clockMs + 1, moment: 'before', blob: null, lines },
    ]);
    const edit = { kind: 'write', path, text } as const;
    const fingerprints = fingerprintEdit(key, edit);
    const emission = writing(path, text, { repository: repository.commonDir, fingerprints });
    await store.endExchange(ending(begun.id, { endedAtMs: clockMs + 100, emissions: [emission] }));
  };
  const attribute = async (id: string): Promise<Record<string, string>> => {
    const files = await attributeCommit({ repository, objects, store, key }, id);
    return Object.fromEntries(
      files.map((file) => [
        file.path,
        file.added.map((line) => `${String(line.line)}${LETTER[line.origin.kind]}`).join(' '),
      ]),
    );
  };
  return { git, write, commit, record, attribute };
}

const MINE = 'import { readOrders } from "./orders";\n\nexport const orders = readOrders();\n';
const BLOCK = `export function overdueOrders(today: Date): Order[] {
  const cutoff = addDays(today, -gracePeriod);
  return orders.filter((order) => order.dueOn < cutoff);
}
`;

test.each(['sha1', 'sha256'] as const)(
  'a block added to a person’s file, then edited (%s)',
  async (format) => {
    const { write, commit, record, attribute } = await openBench(format);
    write('src/a.ts', MINE);
    expect(await attribute(commit())).toEqual({ 'src/a.ts': '1h 2h 3h' });
    await record('src/a.ts', MINE + BLOCK, MINE);
    write('src/a.ts', MINE + BLOCK);
    expect(await attribute(commit())).toEqual({ 'src/a.ts': '4a 5a 6a 7a' });
    write('src/a.ts', (MINE + BLOCK).replace('-gracePeriod', '-gracePeriod - 1'));
    expect(await attribute(commit())).toEqual({ 'src/a.ts': '5m' });
  },
);

test('a renamed file, and a copy of an AI’s function beside a person’s', async () => {
  const { git, write, commit, record, attribute } = await openBench();
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
  const { git, write, commit, record, attribute } = await openBench();
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

test('a commit that is not there is said to be missing', async () => {
  const { attribute } = await openBench();
  await expect(attribute('0'.repeat(40))).rejects.toMatchObject({ code: 'NO_SUCH_REVISION' });
});
