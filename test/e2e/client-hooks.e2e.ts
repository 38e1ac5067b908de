// Claude Code with hooks of its own that report: its last call, of which no request ever tells, is known to have been made.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { arrayAt, parseJson, stringAt } from '../../src/model/json.ts';
import { installClient } from './clients.ts';
import { promptOf } from './model/script.ts';
import { type ScriptedModel, startScriptedModel } from './model/server.ts';
import { openSandbox, type Sandbox } from './sandbox.ts';

const HALF = 'export const halfOf = (whole: number): number => whole / 2;\n';
const ENV = {
  ANTHROPIC_API_KEY: 'canary-key',
  IS_SANDBOX: '1',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
};

let model: ScriptedModel;
beforeAll(async () => {
  model = await startScriptedModel();
});
afterAll(() => model.close());

/** @param more options of `init --agent`. @returns what `show` says of the one write. */
async function workOnce(more: readonly string[]): Promise<readonly unknown[]> {
  const program = installClient('@anthropic-ai/claude-code');
  const box: Sandbox = await openSandbox(model.url);
  try {
    const ran = await box.run('aitrail', ['init', '--agent', 'claude-code', ...more]);
    expect(ran.exit, ran.stderr).toBe(0);
    const write = { kind: 'write', path: 'half.ts', text: HALF } as const;
    model.play([[{ text: 'Half of it.', op: write }]], box.repo);
    // ends once the call is done, with nothing more to say
    const args = ['--max-turns', '1', '--dangerously-skip-permissions'];
    await box.run(program, ['-p', promptOf(1, 'Halve.'), ...args], ENV);
    const [session] = await listed(box, ['sessions'], 'sessions');
    const id = stringAt(session, 'id') ?? '';
    return await listed(box, ['show', id], 'edits');
  } finally {
    await box.close();
  }
}

async function listed(
  box: Sandbox,
  args: readonly string[],
  key: string,
): Promise<readonly unknown[]> {
  const ran = await box.run('aitrail', [...args, '--json']);
  expect(ran.exit, ran.stderr).toBe(0);
  return arrayAt(parseJson(ran.stdout), key);
}

test('Claude Code reports its last call', async () => {
  const edit = { path: 'half.ts', kind: 'write' };
  expect(await workOnce([])).toMatchObject([{ ...edit, outcome: 'unknown' }]);
  expect(await workOnce(['--client-hooks'])).toMatchObject([
    { ...edit, outcome: 'accepted', source: 'client' },
  ]);
});
