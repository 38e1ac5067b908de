// The screens in a real terminal, tmux: sizes that people have, keys, a window that becomes smaller while they read.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type DemoModel, startDemoModel } from '../../src/flow/demo/model.ts';
import { DEMO_TURNS } from '../../src/flow/demo/script.ts';
import { openSandbox, type Sandbox } from '../e2e/sandbox.ts';

const isHere = spawnSync('tmux', ['-V']).status === 0;

describe.skipIf(!isHere)(`in tmux${isHere ? '' : ' (left out: no tmux)'}`, () => {
  let model: DemoModel;
  let box: Sandbox;

  beforeAll(async () => {
    model = await startDemoModel(DEMO_TURNS);
    box = await openSandbox(model.url);
    box.write(
      '.aitrailrc.yaml',
      'protect: [{ paths: [".github/**"], from: ai, action: approve }]\napprovals: { hold: 1s }\n',
    );
    await box.run('aitrail', ['init']);
    await box.run('git', ['add', '-A']);
    await box.run('git', ['commit', '-q', '-m', 'Set up']);
    const agent = resolve('dist/flow/demo/agent.js');
    const ran = await box.run('aitrail', ['run', '--', process.execPath, agent, 'Say 你好 👋.']);
    if (ran.exit !== 0) throw new Error(ran.stderr);
  }, 120_000);
  afterAll(async () => {
    tmux('kill-server');
    await box.close();
    await model.close();
  });

  /** A server of its own: somebody may sit in another. */
  const tmux = (...args: readonly string[]): string =>
    spawnSync('tmux', ['-S', join(box.home, 'tmux'), '-f', '/dev/null', ...args], {
      env: { ...box.env, NO_COLOR: '' },
      encoding: 'utf8',
    }).stdout;
  const screen = (): readonly string[] => tmux('capture-pane', '-p').trimEnd().split('\n');
  const shows = (words: RegExp): Promise<void> =>
    vi.waitFor(() => expect(screen().join('\n')).toMatch(words), {
      timeout: 30_000,
      interval: 100,
    });

  function open(size: string, term: string, command: string): void {
    const [columns = '', rows = ''] = size.split('x');
    const line = `cd '${box.repo}' && TERM=${term} aitrail ${command}; echo "left [$?]"; exec sleep 600`;
    tmux('new-session', '-d', '-x', columns, '-y', rows, line);
  }
  const close = (): void => void tmux('kill-session');

  test.each(['80x24', '40x12', '132x50'])('replay at %s', { timeout: 120_000 }, async (size) => {
    const [, id = ''] = /^(s\w+) /m.exec((await box.run('aitrail', ['sessions'])).stdout) ?? [];
    open(size, 'xterm', `replay ${id}`);
    await shows(/exchange 1 of \d+[^]*q leave/);
    expect(screen()[0]).toMatch(/^session s\w+, exchange 1/);
    expect(screen().join('\n')).toContain('Say 你好 👋.');
    tmux('send-keys', 'Right');
    await shows(/exchange 2 of/);
    tmux('resize-window', '-x', '50', '-y', '15');
    await shows(/exchange 2 of \d+\n[^]*q leave/);
    tmux('send-keys', 'q');
    await shows(/left \[0\]/);
    close();
  });

  test.each(['80x24', '40x12'])('approvals at %s', { timeout: 120_000 }, async (size) => {
    open(size, 'xterm', 'approvals');
    await shows(/waiting for approval: 1 of 1\n> a\w+ [^]*q leave/);
    tmux('send-keys', 'a');
    await shows(/escape goes back/);
    tmux('send-keys', 'mine', 'Enter');
    await shows(/asked for it|not listed|APPROV/);
    expect(screen()[0]).toBe('waiting for approval: 1 of 1');
    tmux('send-keys', 'q');
    await shows(/left \[0\]/);
    close();
  });

  test('a terminal that moves no cursor gets text', { timeout: 120_000 }, async () => {
    open('80x24', 'dumb', 'approvals');
    await shows(/left \[0\]/);
    expect(screen().at(-2)).toMatch(/^one of them: aitrail approvals show ID/);
    close();
  });
});
