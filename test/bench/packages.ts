// npm run bench:packages -- FOLDER [COUNT]: commits npm tarballs found below a folder (an npm cache will do) one by one
// with the hooks and settings that `aitrail init` gives, and says what was blocked, and whether a byte was changed.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const MANY = 500;
const [folder = '', count = String(MANY)] = process.argv.slice(2);

function isGzip(file: string): boolean {
  const handle = openSync(file, 'r');
  const head = Buffer.alloc(2);
  readSync(handle, head, 0, 2, 0);
  closeSync(handle);
  return head[0] === 0x1f && head[1] === 0x8b;
}

const tarballs = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
  .filter(isGzip)
  .slice(0, Number(count));

const home = mkdtempSync(join(tmpdir(), 'packages-'));
const cwd = join(home, 'work');
mkdirSync(cwd);
const env = {
  PATH: process.env['PATH'] ?? '',
  HOME: home,
  XDG_CONFIG_HOME: join(home, 'config'),
  AITRAIL_HOME: join(home, 'state'),
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.com',
};
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const git = (...args: readonly string[]): string =>
  execFileSync('git', args, { cwd, env, encoding: 'utf8', maxBuffer: 1 << 28 }).trim();

interface Tally {
  committed: number;
  changed: number;
  failed: number;
  readonly blocks: string[];
}

function commit(tarball: string, number: number, tally: Tally): void {
  const place = join(cwd, `p${String(number)}`);
  mkdirSync(place);
  const unpacked = spawnSync('tar', ['-xzf', tarball, '-C', place], { env });
  git('add', '-A', '-f', '.');
  const tree = git('write-tree');
  const { status, stderr } = spawnSync('git', ['commit', '-q', '-m', `package ${String(number)}`], {
    cwd,
    env,
    encoding: 'utf8',
  });
  const said = stderr.split('\n').filter((line) => line.endsWith('(SECRET_FOUND)'));
  if (status === 0) tally.committed += 1;
  else if (said.length === 0 || unpacked.status !== 0) {
    tally.failed += 1;
    say(
      `${tarball}: tar ${String(unpacked.status)}, git commit ${String(status)}: ${stderr.trim()}`,
    );
  }
  tally.blocks.push(...said);
  const after = status === 0 ? git('rev-parse', 'HEAD^{tree}') : git('write-tree');
  if (after !== tree) tally.changed += 1;
  if (status === 0) return;
  if (git('rev-parse', '--verify', '-q', 'HEAD') !== '') git('reset', '-q', '--hard');
  rmSync(place, { recursive: true, force: true });
}

try {
  git('init', '-q', '-b', 'main');
  git('commit', '-q', '--allow-empty', '-m', 'start');
  execFileSync(process.execPath, [resolve('bin/aitrail.js'), 'init'], { cwd, env });
  const tally: Tally = { committed: 0, changed: 0, failed: 0, blocks: [] };
  tarballs.forEach((tarball, i) => commit(tarball, i, tally));
  for (const line of tally.blocks) say(line);
  const { committed, changed, failed, blocks } = tally;
  say(
    `${String(tarballs.length)} tarballs: ${String(committed)} committed, ${String(blocks.length)} findings blocked, ` +
      `${String(failed)} failed otherwise, ${String(changed)} trees changed`,
  );
  process.exitCode = changed + failed === 0 ? 0 : 1;
} finally {
  rmSync(home, { recursive: true, force: true });
}
