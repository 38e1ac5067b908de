// Remotes of every kind, and every way to push to them: what arrives, and what is said where nothing can.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type HttpRemotes,
  openRemoteLab,
  type Pushed,
  serveFiles,
  serveHttp,
} from './remote-lab.ts';

const lab = openRemoteLab();
let http: HttpRemotes;
beforeAll(async () => void (http = await serveHttp(lab.root)));
afterAll(async () => {
  await http.close();
  lab.remove();
});

const ALL_WELL: Pushed = { exit: 0, stderr: '' };
/** What OpenSSH does on the other side, without a network: the last word is the command. */
const SSH = '#!/bin/sh\nfor command; do :; done\nexec sh -c "$command"\n';

describe.each([
  ['a path', (path: string) => path],
  ['file:', (path: string) => `file://${path}`],
  ['http:, by git’s own server', (path: string) => `${http.url}${path.split('/').at(-1) ?? ''}`],
  ['ssh:', (path: string) => `ssh://git@host${path}`],
  ['ssh, as scp writes it', (path: string) => `git@host:${path}`],
])('%s', (name, urlOf) => {
  const id = name.replaceAll(/\W+/g, '-');

  test('notes go with the branch and come with a fetch', async () => {
    const path = lab.bare(id);
    lab.git('-C', path, 'config', 'http.receivepack', 'true');
    lab.git('config', 'core.sshCommand', lab.write('ssh', SSH));
    lab.git('remote', 'add', id, urlOf(path));
    expect(await lab.push([id, 'main'])).toEqual(ALL_WELL);
    lab.commit();
    expect(await lab.push([id, 'main'])).toEqual(ALL_WELL);
    expect(lab.noted(path)).toBe(lab.own());
    const specs = ['+refs/notes/aitrail*:refs/notes/fetched/aitrail*'];
    expect(await lab.fetch([id, ...specs])).toEqual(ALL_WELL);
    expect(lab.git('rev-parse', 'refs/notes/fetched/aitrail')).toBe(
      lab.git('rev-parse', 'refs/notes/aitrail'),
    );
  });
});

test('http: by a server of files (dumb): notes come with a fetch, and a push ends with what git says', async () => {
  const path = lab.bare('dumb');
  expect(await lab.push([path, 'main'])).toEqual(ALL_WELL);
  lab.git('-C', path, 'update-server-info');
  const files = await serveFiles(lab.root);
  lab.git('remote', 'add', 'dumb', `${files.url}dumb.git`);
  const specs = ['+refs/notes/aitrail*:refs/notes/dumb/aitrail*'];
  expect(await lab.fetch(['dumb', ...specs])).toEqual(ALL_WELL);
  expect(lab.git('rev-parse', 'refs/notes/dumb/aitrail')).toBe(
    lab.git('-C', path, 'rev-parse', 'refs/notes/aitrail'),
  );
  lab.commit();
  const { exit, stderr } = await lab.push(['dumb', 'main']);
  expect(exit).not.toBe(0);
  expect(stderr).toMatch(line('Cannot access URL http:.*, return code 22'));
  await files.close();
});

test.each<readonly [string, readonly string[], boolean]>([
  ['--all', ['--all'], true],
  ['--tags with a branch', ['--tags', 'main'], true],
  ['--force', ['--force', 'main'], true],
  ['--atomic', ['--atomic', 'main'], true],
  ['another name there', ['main:refs/for/main'], true],
  ['--dry-run', ['--dry-run', 'main'], false],
  ['-n', ['-n', 'main'], false],
  ['--no-verify', ['--no-verify', 'main'], false],
])('push %s', async (name, words, isSent) => {
  const path = lab.bare(name.replaceAll(/\W+/g, '-'));
  const options = words.filter((word) => word.startsWith('-'));
  const refs = words.filter((word) => !word.startsWith('-'));
  expect(await lab.push([...options, path, ...refs])).toEqual(ALL_WELL);
  expect(lab.noted(path)).toBe(isSent ? lab.own() : 0);
});

test('a branch that is deleted there sends nothing', async () => {
  const path = lab.bare('deleting');
  await lab.push(['--no-verify', path, 'main:gone']);
  expect(await lab.push(['--delete', path, 'gone'])).toEqual(ALL_WELL);
  expect(lab.noted(path)).toBe(0);
});

test.each<readonly [string, (path: string, name: string) => readonly string[]]>([
  [
    'pushurl',
    (path, name) => {
      lab.git('remote', 'add', name, lab.bare(`${name}-for-fetches`));
      lab.git('config', `remote.${name}.pushurl`, path);
      return [name, 'main'];
    },
  ],
  [
    'insteadOf',
    (path, name) => {
      lab.git('config', `url.${path}.insteadOf`, 'short:it');
      lab.git('remote', 'add', name, 'short:it');
      return [name, 'main'];
    },
  ],
  [
    'pushInsteadOf',
    (path, name) => {
      lab.git('config', `url.${path}.pushInsteadOf`, '/nowhere/at/all');
      lab.git('remote', 'add', name, '/nowhere/at/all');
      return [name, 'main'];
    },
  ],
  [
    'refspecs',
    (path, name) => {
      lab.git('remote', 'add', name, path);
      lab.git('config', '--add', `remote.${name}.push`, 'refs/heads/main:refs/heads/theirs');
      return [name];
    },
  ],
  [
    'pushDefault',
    (path, name) => {
      lab.git('remote', 'add', name, path);
      lab.git('config', 'remote.pushDefault', name);
      lab.git('config', 'push.default', 'current');
      return [];
    },
  ],
])('configured with %s', async (name, set) => {
  const path = lab.bare(name);
  expect(await lab.push(set(path, `with-${name}`))).toEqual(ALL_WELL);
  expect(lab.noted(path)).toBe(lab.own());
});

test('two places under one name have the notes both', async () => {
  const paths = ['left', 'right'].map((name) => lab.bare(name));
  lab.git('remote', 'add', 'both', '/nowhere');
  for (const path of paths) lab.git('remote', 'set-url', '--add', '--push', 'both', path);
  expect(await lab.push(['both', 'main'])).toEqual(ALL_WELL);
  expect(paths.map((path) => lab.noted(path))).toEqual([lab.own(), lab.own()]);
});

const line = (why: string): RegExp =>
  new RegExp(`^aitrail: notes were not sent to \\S+: ${why}; they go with the next push$`, 'm');

describe('where notes cannot go', () => {
  test('a hook there refuses them: the branch goes', async () => {
    const path = lab.bare('strict');
    lab.write('strict.git/hooks/update', '#!/bin/sh\nexpr "$1" : refs/heads/ >/dev/null\n');
    const { exit, stderr } = await lab.push([path, 'main']);
    expect(stderr).toMatch(line('it refuses refs/notes/aitrail \\(hook declined; .*\\)'));
    expect(exit).toBe(0);
  });

  test('a remote that only reads: git says no before any hook, and notes go once it takes them', async () => {
    const path = lab.bare('reader');
    lab.git('remote', 'add', 'reader', `${http.url}reader.git`);
    lab.git('-C', path, 'config', 'http.receivepack', 'false');
    expect(await lab.push(['reader', 'main'])).toMatchObject({
      exit: 128,
      stderr: expect.stringContaining('403'),
    });
    lab.git('-C', path, 'config', 'http.receivepack', 'true');
    expect(await lab.push(['reader', 'main'])).toEqual(ALL_WELL);
    expect(lab.noted(path)).toBe(lab.own());
  });

  test('it cannot be reached: nothing is lost, and it goes once it can', async () => {
    lab.git('remote', 'add', 'away', `${http.url}away.git`);
    const { exit } = await lab.push(['away', 'main']);
    expect(exit).not.toBe(0);
    const path = lab.bare('away');
    lab.git('-C', path, 'config', 'http.receivepack', 'true');
    expect(await lab.push(['away', 'main'])).toEqual(ALL_WELL);
    expect(lab.noted(path)).toBe(lab.own());
  });
});
