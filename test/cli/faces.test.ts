// What --help and TAB say of commands without loading them is what the commands say of themselves.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { FACES_FILE, formatFaces, parseFaces } from '../../src/cli/faces.ts';

const ASK = `const [commands, faces] = await Promise.all(process.argv.slice(1).map((path) => import(path)));
process.stdout.write(faces.formatFaces(await commands.loadAll()));`;

test('the build wrote down the commands that there are, and all that is told of them', () => {
  const paths = ['commands', 'faces'].map((name) => resolve(`dist/cli/${name}.js`));
  const asked = spawnSync(process.execPath, ['--input-type=module', '-e', ASK, ...paths], {
    encoding: 'utf8',
  });
  const written = readFileSync(FACES_FILE, 'utf8');
  const faces = parseFaces(asked.stdout);
  expect(faces.specs.length).toBeGreaterThan(40);
  expect(formatFaces(parseFaces(written))).toBe(formatFaces(faces));
});

test('nothing that is told of a command is lost on the way', () => {
  const faces = {
    specs: [
      {
        name: 'proxy start',
        usage: '<when>',
        values: ['now', 'later'],
        summary: 'starts it',
        example: 'proxy start now',
        options: [
          { flags: '--json', description: 'one document' },
          { flags: '--side <name>', description: 'which', values: ['left', 'right'] },
        ],
      },
    ],
    summaries: new Map([['proxy', 'the daemon']]),
  };
  expect(parseFaces(formatFaces(faces))).toEqual(faces);
});
