// NOTES: what it costs that a repository has very many notes: each act of a day beside the same one of plain git, and a
// fresh clone that joins. The old notes are as long as real ones and signed by nobody: what counts is how many there are.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, cpSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { ENTRY, makeRepository, openPlace, type Place } from '../place.ts';
import { measureSizes, type Figure, type Row } from '../row.ts';
import { inTurn, median, timeProgram } from '../timing.ts';

const RUNS = 5;
const PAYLOAD_BYTES = 1900;
/** What all hooks may add to a commit without a daemon: B4. */
const HOOKS_MS = 300;
const BARS: Readonly<Record<string, number>> = { 'git commit: added by all hooks': HOOKS_MS };

export const row: Row = {
  id: 'NOTES',
  title: 'a repository with very many notes',
  run: async ({ isFull }) => {
    const measured = await measureSizes(isFull ? [10_000, 100_000] : [1000, 10_000], measure);
    return [...measured].map(([what, sizes]): Figure => ({
      what,
      unit: 'ms',
      of: 'notes',
      sizes,
      bar: BARS[what] ?? null,
    }));
  },
};

async function measure(notes: number): Promise<ReadonlyMap<string, number>> {
  const place = openPlace();
  try {
    openRepository(place, notes);
    const times = await inTurn(RUNS, contestantsOf(place));
    const of = (name: string): number => median(times.get(name) ?? []);
    return new Map([
      ['plain git commit', of('commit, plain')],
      ['git commit: added by all hooks', of('commit') - of('commit, plain')],
      ['plain git push', of('push, plain')],
      ['git push: added, the note sent', of('push') - of('push, plain')],
      ['aitrail verify HEAD', of('verify')],
      ['plain git blame', of('blame, plain')],
      ['aitrail blame', of('blame')],
      ['a clone joins: git fetch of all notes', of('join, plain')],
      ['a clone joins: init, git fetch', of('join')],
    ]);
  } finally {
    place.remove();
  }
}

/** A history whose every commit has a note, there and here, and a file of the last ones. */
function openRepository(place: Place, notes: number): void {
  makeRepository(place, 'here');
  const stream = join(place.dir, 'stream');
  writeHistory(stream, notes);
  const input = openSync(stream, 'r');
  execFileSync('git', ['fast-import', '--quiet'], {
    cwd: join(place.dir, 'here'),
    env: place.env,
    stdio: [input, 'ignore', 'inherit'],
  });
  closeSync(input);
  rmSync(stream);
  place.git('here', 'reset', '-q', '--hard');
  cpSync(join(place.dir, 'here'), join(place.dir, 'plain'), { recursive: true });
  for (const repo of ['here', 'plain']) {
    place.git(repo, 'clone', '-q', '--mirror', '.', `../${repo}.git`);
    place.git(repo, 'remote', 'add', 'origin', `../${repo}.git`);
  }
  place.aitrail('here', 'init');
  place.git('here', 'fetch', '-q');
  commit(place, 'here');
  checkNote(place);
}

function writeHistory(path: string, notes: number): void {
  const file = openSync(path, 'w');
  for (let at = 1; at <= notes; at += 1) {
    const line = `const value${String(at)} = ${String(at)};\n`;
    const who = `committer Ada <ada@example.com> ${String(1_700_000_000 + at)} +0000\ndata 1\nx\n`;
    const change =
      notes - at < 200
        ? `M 100644 inline f${String(at % 4)}.ts\ndata ${String(line.length)}\n${line}\n`
        : '';
    writeSync(file, `commit refs/heads/main\nmark :${String(at)}\n${who}${change}`);
  }
  writeSync(
    file,
    'commit refs/notes/aitrail\ncommitter Ada <ada@example.com> 1800000000 +0000\ndata 1\nx\n',
  );
  for (let at = 1; at <= notes; at += 1) {
    const text = `{"payload":"${randomBytes(PAYLOAD_BYTES).toString('base64')}"}\n`;
    writeSync(file, `N inline :${String(at)}\ndata ${String(text.length)}\n${text}\n`);
  }
  closeSync(file);
}

/** @throws where hooks wrote none: what does nothing is fast. */
function checkNote(place: Place): void {
  place.git('here', 'notes', '--ref=aitrail', 'show', 'HEAD');
}

let round = 0;

/** @returns milliseconds of the commit alone. */
function commit(place: Place, repo: string): number {
  round += 1;
  place.put(`${repo}/f0.ts`, `const round = ${String(round)};\n`);
  place.git(repo, 'add', '-A');
  return git(place, repo, ['commit', '-q', '-m', 'more']);
}

const git = ({ dir, env }: Place, repo: string, args: readonly string[]): number =>
  timeProgram({ command: 'git', args, cwd: join(dir, repo), env });

const aitrail = ({ dir, env }: Place, repo: string, ...words: readonly string[]): number =>
  timeProgram({ command: process.execPath, args: [ENTRY, ...words], cwd: join(dir, repo), env });

/** A clone without notes. */
function cloneAgain(place: Place): void {
  rmSync(join(place.dir, 'clone'), { recursive: true, force: true });
  place.git('here', 'clone', '-q', '--single-branch', '../here.git', '../clone');
}

const FETCHED = '+refs/notes/aitrail*:refs/notes/remotes/origin/aitrail*';

const contestantsOf = (place: Place): Readonly<Record<string, () => number>> => ({
  'commit, plain': () => commit(place, 'plain'),
  commit: () => commit(place, 'here'),
  'push, plain': () => git(place, 'plain', ['push', '-q', 'origin', 'main']),
  push: () => git(place, 'here', ['push', '-q', 'origin', 'main']),
  verify: () => aitrail(place, 'here', 'verify', 'HEAD'),
  'blame, plain': () => git(place, 'plain', ['blame', 'f1.ts']),
  blame: () => aitrail(place, 'here', 'blame', 'f1.ts'),
  'join, plain': () => {
    cloneAgain(place);
    return git(place, 'clone', ['fetch', '-q', 'origin', FETCHED]);
  },
  join: () => {
    cloneAgain(place);
    return aitrail(place, 'clone', 'init') + git(place, 'clone', ['fetch', '-q']);
  },
});
