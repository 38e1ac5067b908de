// Taking copies, putting them back, pruning, erasing and exporting, by the program itself: on a disk that is full, killed at
// any moment, two at once, from files that are no copies. Nothing is lost, and what went wrong has a code.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import { copyLab, type Lab, openLab } from '../attest/lab.ts';
import { draft, ending, newSession } from '../store/store-kit.ts';
import { ENTRY } from './daemon.ts';
import { figure } from './figures.ts';

const EXCHANGES = 400;
const KILLS = Number(process.env['AITRAIL_FAULTS'] ?? 20);
const DAY_MS = 86_400_000;

let full: Lab;

beforeAll(async () => {
  full = openLab();
  full.commit('a', 'a\n');
  const store = await openStore({ home: full.home, mode: 'write', inProcess: true });
  const startedAtMs = Date.now() - 30 * DAY_MS;
  const session = await newSession(store, { atMs: startedAtMs });
  for (let i = 0; i < EXCHANGES; i += 1) {
    const begun = draft(session, { startedAtMs: startedAtMs + i, slices: [noise(i)] });
    await store.beginExchange(begun);
    await store.appendReply(begun.id, noise(i + EXCHANGES));
    await store.endExchange(ending(begun.id, { endedAtMs: startedAtMs + i + 1 }));
  }
  await store.close();
});
afterAll(() => rmSync(dirname(full.repo), { recursive: true }));

/** Bytes that do not pack. */
function noise(seed: number): Buffer {
  const bytes = Buffer.alloc(8000);
  let state = seed + 1;
  for (let i = 0; i < bytes.length; i += 1) {
    state = Math.imul(state ^ (state >>> 13), 0x5bd1e995) + i;
    bytes[i] = state >>> 16;
  }
  return bytes;
}

const words = (line: string): readonly string[] => [ENTRY, ...line.split(' ')];

function aitrail(lab: Lab, line: string) {
  const { status, stdout, stderr } = spawnSync(process.execPath, words(line), {
    cwd: lab.repo,
    env: { ...lab.env },
    encoding: 'utf8',
    timeout: 120_000,
  });
  return { exit: status, code: /\((\w+)\)\n {2}fix: ./.exec(stderr)?.[1] ?? '', stdout, stderr };
}

/** Does the log still verify, and are all records there, or said to be gone? @returns how many exchanges are left. */
function sound(lab: Lab): number {
  const log = aitrail(lab, 'log verify --json');
  expect(log.exit, log.stdout + log.stderr).toBe(0);
  return recordsIn(lab);
}

function recordsIn(lab: Lab): number {
  const database = new DatabaseSync(join(lab.home, 'store.db'), { readOnly: true });
  const row: { readonly n: number } | undefined = database
    .prepare('SELECT count(*) AS n FROM exchanges')
    .get();
  database.close();
  return row?.n ?? -1;
}

/** Runs `work` on a copy of the machine. */
async function onCopy(work: (lab: Lab) => Promise<void> | void): Promise<void> {
  const lab = copyLab(full);
  try {
    await work(lab);
  } finally {
    rmSync(dirname(lab.repo), { recursive: true });
  }
}

const parts = (place: string): readonly string[] =>
  readdirSync(place).filter((name) => /\.part|restoring/.test(name));

describe('killed at any moment', () => {
  test.each([
    ['backup', 'backup copy.db'],
    ['restore', 'restore whole.db'],
    ['prune', 'prune --older-than 1d'],
    ['erase', 'erase --user ada@example.com'],
    ['export', 'export --out lines.jsonl'],
  ])('%s', async (name, line) => {
    let began = 0;
    const mayTake = name === 'prune' || name === 'erase';
    await onCopy(async (lab) => {
      expect(aitrail(lab, 'backup whole.db').exit).toBe(0);
      const startedAtMs = Date.now();
      await onCopy((other) => {
        aitrail(other, name === 'restore' ? 'log' : line);
      });
      const wholeMs = Date.now() - startedAtMs;
      for (let kill = 0; kill < KILLS; kill += 1) {
        const child = spawn(process.execPath, words(line), {
          cwd: lab.repo,
          env: { ...lab.env },
          stdio: 'ignore',
        });
        const ended = once(child, 'exit');
        await pause((wholeMs * (kill + 1)) / (KILLS + 1));
        if (child.kill('SIGKILL')) began += 1;
        await ended;
        const left = sound(lab);
        expect(mayTake ? EXCHANGES : left).toBe(EXCHANGES);
      }
      rmSync(join(lab.repo, 'copy.db'), { force: true });
      const last = aitrail(lab, line);
      expect(last.exit, last.stderr).toBe(0);
      expect(sound(lab)).toBe(mayTake ? 0 : EXCHANGES);
    });
    figure(
      `${name} killed`,
      `${String(began)} times: the log verifies after each, and the next run ends the work`,
    );
  });
});

describe('two at once', () => {
  test.each([
    ['backup', 'backup copy.db', [0, 3], EXCHANGES],
    ['prune', 'prune --older-than 1d', [0, 0], 0],
    ['erase', 'erase --user ada@example.com', [0, 0], 0],
  ] as const)('%s', async (...[, line, exits, left]) => {
    await onCopy(async (lab) => {
      const both = [0, 1].map(() => {
        const child = spawn(process.execPath, words(line), {
          cwd: lab.repo,
          env: { ...lab.env },
          stdio: 'ignore',
        });
        return once(child, 'exit').then(([exit]) => Number(exit));
      });
      const ended = (await Promise.all(both)).toSorted((a, b) => a - b);
      // the other one may have had to wait for the writer's lock for too long
      expect([exits.join(), '0,3']).toContain(ended.join());
      expect(sound(lab)).toBe(left);
    });
  });
});

describe('files that are no copies, and places that take none', () => {
  test.each([
    ['garbage', 'BACKUP_INVALID', (file: string) => writeFileSync(file, 'x'.repeat(9000))],
    ['empty', 'BACKUP_INVALID', (file: string) => writeFileSync(file, '')],
    ['a directory', 'BACKUP_INVALID', (file: string) => mkdirSync(file)],
    ['nothing', 'BACKUP_INVALID', () => undefined],
    [
      'another database',
      'BACKUP_INVALID',
      (file: string) => {
        const database = new DatabaseSync(file);
        database.exec('CREATE TABLE t (a)');
        database.close();
      },
    ],
    [
      'a copy of a newer version',
      'STORE_NEWER',
      (file: string) => {
        const database = new DatabaseSync(file);
        database.exec('CREATE TABLE t (a); PRAGMA user_version = 9999');
        database.close();
      },
    ],
  ] as const)('restore from %s', async (...[, code, make]) => {
    await onCopy((lab) => {
      make(join(lab.repo, 'copy.db'));
      const ran = aitrail(lab, 'restore copy.db');
      expect([ran.exit, ran.code], ran.stderr).toEqual([3, code]);
      expect(sound(lab)).toBe(EXCHANGES);
      expect(parts(lab.home)).toEqual([]);
    });
  });

  test('restore from half a copy', async () => {
    await onCopy((lab) => {
      expect(aitrail(lab, 'backup copy.db').exit).toBe(0);
      const half = Math.floor(statSync(join(lab.repo, 'copy.db')).size / 2);
      truncateSync(join(lab.repo, 'copy.db'), half);
      const ran = aitrail(lab, 'restore copy.db');
      expect([ran.exit, ran.code], ran.stderr).toEqual([3, 'BACKUP_INVALID']);
      expect(sound(lab)).toBe(EXCHANGES);
    });
  });

  test('a backup, an export and a report where something stands, or nothing can', async () => {
    await onCopy((lab) => {
      writeFileSync(join(lab.repo, 'there'), 'mine');
      expect(aitrail(lab, 'backup there')).toMatchObject({ exit: 3, code: 'OUT_UNWRITABLE' });
      for (const line of ['backup', 'export --out', 'report --since 60d --out'])
        expect([line, aitrail(lab, `${line} no/such/place`)]).toMatchObject([
          line,
          { exit: 3, code: 'OUT_UNWRITABLE' },
        ]);
      expect(sound(lab)).toBe(EXCHANGES);
    });
  });
});

function canMount(): boolean {
  const lab = openLab();
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', lab.home]).status === 0;
  if (isMounted) execFileSync('umount', [lab.home]);
  rmSync(dirname(lab.repo), { recursive: true });
  return isMounted;
}

describe.skipIf(!canMount())('a full disk', () => {
  test.each([
    ['backup', 'backup disk/copy.db', 'STORE_FULL'],
    ['export', 'export --out disk/lines.jsonl', 'OUT_UNWRITABLE'],
  ])('%s onto it: nothing is left there', async (...[, line, code]) => {
    await onCopy((lab) => {
      const disk = join(lab.repo, 'disk');
      mkdirSync(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk]);
      try {
        const ran = aitrail(lab, line);
        expect([ran.exit, ran.code], ran.stderr).toEqual([3, code]);
        expect(readdirSync(disk)).toEqual([]);
      } finally {
        execFileSync('umount', ['-l', disk]);
      }
      expect(sound(lab)).toBe(EXCHANGES);
    });
  });

  test.each([
    ['restore', 'restore copy.db', 'STORE_FULL'],
    ['prune', 'prune --older-than 1d', 'STORE_FULL'],
    ['erase', 'erase --user ada@example.com', 'STORE_FULL'],
  ])('%s in it: what was there is there', async (name, line, code) => {
    await onCopy((lab) => {
      expect(aitrail(lab, 'backup copy.db').exit).toBe(0);
      const kilobytes = Number(
        execFileSync('du', ['-sk', lab.home], { encoding: 'utf8' }).split('\t')[0],
      );
      execFileSync('cp', ['-a', lab.home, `${lab.home}.kept`]);
      execFileSync('mount', [
        '-t',
        'tmpfs',
        '-o',
        `size=${String(3 * kilobytes)}k`,
        'tmpfs',
        lab.home,
      ]);
      try {
        execFileSync('cp', ['-a', `${lab.home}.kept/.`, lab.home]);
        fill(join(lab.home, 'filler'));
        const ran = aitrail(lab, line);
        // where there is room enough after all it is done
        expect(['0 ', `3 ${code}`], ran.stderr).toContain(`${String(ran.exit)} ${ran.code}`);
        figure(`${name} on a full disk`, ran.exit === 0 ? 'done' : ran.code);
        const isDone = ran.exit === 0 && name !== 'restore';
        rmSync(join(lab.home, 'filler'));
        expect(existsSync(join(lab.home, 'store.db'))).toBe(true);
        const left = sound(lab);
        expect(isDone ? 0 : left).toBe(left);
        const again = aitrail(lab, line);
        const isRestored = name === 'restore';
        expect(isRestored ? 0 : again.exit, again.stderr).toBe(0);
        expect(sound(lab)).toBe(isRestored ? EXCHANGES : 0);
      } finally {
        execFileSync('umount', ['-l', lab.home]);
      }
    });
  });
});

function fill(path: string): void {
  try {
    for (;;) writeFileSync(path, Buffer.alloc(4096), { flag: 'a' });
  } catch {
    // full: that is what was wanted
  }
}
