import { expect, test } from 'vitest';
import { judgeResult } from '../../src/agents/judge-result.ts';
import type { Outcome } from '../../src/model/edit.ts';
import type { ToolCall } from '../../src/model/wire.ts';

const call = (name: string, input: unknown): ToolCall => ({ id: 'c1', name, input });
const WRITE = call('Write', { file_path: 'a', content: 'x' });
const EDIT = call('Edit', { file_path: 'a', old_string: 'x', new_string: 'y' });
const BASH = call('Bash', { command: 'make' });
const PATCH = call('apply_patch', '*** Begin Patch\n*** End Patch');
const EXEC = call('exec', 'await tools.apply_patch("*** Begin Patch\\n*** End Patch")');

interface Case {
  readonly call: ToolCall | null;
  readonly isError: boolean | null;
  readonly text: string;
  readonly want: Outcome;
}

const CASES: readonly Case[] = [
  { call: WRITE, isError: null, text: 'File created successfully at: /w/a', want: 'accepted' },
  {
    call: EDIT,
    isError: false,
    text: 'The file /w/a has been updated successfully.',
    want: 'accepted',
  },
  {
    call: EDIT,
    isError: true,
    text: '<tool_use_error>String to replace not found in file.</tool_use_error>',
    want: 'rejected',
  },
  {
    call: EDIT,
    isError: null,
    text: '<tool_use_error>String to replace not found in file.</tool_use_error>',
    want: 'rejected',
  },
  {
    call: WRITE,
    isError: true,
    text: "Claude requested permissions to write to /w/a, but you haven't granted it yet.",
    want: 'rejected',
  },
  {
    call: WRITE,
    isError: true,
    text: "The user doesn't want to proceed with this tool use. The tool use was rejected",
    want: 'rejected',
  },
  {
    call: BASH,
    isError: true,
    text: "The user doesn't want to proceed with this tool use.",
    want: 'rejected',
  },
  { call: BASH, isError: true, text: 'Exit code 3\nout\nerr', want: 'unknown' },
  { call: BASH, isError: null, text: 'ok', want: 'accepted' },
  { call: BASH, isError: null, text: 'error: something that make printed', want: 'accepted' },
  {
    call: BASH,
    isError: null,
    text: '{"output":"x","metadata":{"exit_code":2,"duration_seconds":0.1}}',
    want: 'unknown',
  },
  {
    call: BASH,
    isError: null,
    text: '{"output":"x","metadata":{"exit_code":0,"duration_seconds":0.1}}',
    want: 'accepted',
  },
  {
    call: PATCH,
    isError: null,
    text: 'Exit code: 0\nWall time: 0 seconds\nOutput:\nSuccess. Updated the following files:\nA a\n',
    want: 'accepted',
  },
  {
    call: PATCH,
    isError: null,
    text: 'Exit code: 1\nOutput:\nFailed to find expected lines in a:',
    want: 'rejected',
  },
  {
    call: PATCH,
    isError: null,
    text: 'patch rejected: writing is blocked by read-only sandbox; rejected by user approval settings',
    want: 'rejected',
  },
  { call: PATCH, isError: null, text: 'patch rejected by user', want: 'rejected' },
  { call: PATCH, isError: null, text: 'aborted by user after 5.1s', want: 'rejected' },
  {
    call: EXEC,
    isError: null,
    text: 'Script completed\nWall time 0.1 seconds\nOutput:\n{}',
    want: 'accepted',
  },
  {
    call: EXEC,
    isError: null,
    text: 'Script failed\nOutput:\nError: apply_patch verification failed: no such lines',
    want: 'rejected',
  },
  {
    call: call('shell', {
      command: ['bash', '-lc', "apply_patch <<'E'\n*** Begin Patch\n*** End Patch\nE"],
    }),
    isError: null,
    text: '{"output":"apply_patch verification failed: x","metadata":{"exit_code":1}}',
    want: 'rejected',
  },
  {
    call: call('write_file', { file_path: 'a', content: 'x' }),
    isError: true,
    text: '[Operation Cancelled] Reason: User denied execution.',
    want: 'rejected',
  },
  {
    call: call('write_file', { file_path: 'a', content: 'x' }),
    isError: false,
    text: 'Successfully created and wrote to new file: /w/a. Here is the updated code:\nerror',
    want: 'accepted',
  },
  {
    call: call('run_shell_command', { command: 'make' }),
    isError: false,
    text: 'Command: make\nOutput: x\nExit Code: 3',
    want: 'unknown',
  },
  {
    call: call('write', { filePath: 'a', content: 'x' }),
    isError: null,
    text: 'Wrote file successfully.',
    want: 'accepted',
  },
  {
    call: call('write', { filePath: 'a', content: 'x' }),
    isError: null,
    text: 'The user rejected permission to use this specific tool call.',
    want: 'rejected',
  },
  {
    call: call('create', { path: 'a', file_text: 'x' }),
    isError: null,
    text: 'Created file /w/a with 470 characters',
    want: 'accepted',
  },
  {
    call: call('create', { path: 'a', file_text: 'x' }),
    isError: null,
    text: 'Permission denied because no interactive user response was available',
    want: 'rejected',
  },
  {
    call: call('edit', { path: 'a', old_str: 'x', new_str: 'y' }),
    isError: null,
    text: 'No match found: old_str not found in file',
    want: 'rejected',
  },
  {
    call: call('edit', { path: 'a', old_str: 'x', new_str: 'y' }),
    isError: null,
    text: 'File /w/a updated with changes.',
    want: 'accepted',
  },
  {
    call: call('bash', { command: 'exit 3' }),
    isError: null,
    text: 'out\n<shellId: 0 completed with exit code 3>',
    want: 'unknown',
  },
  {
    call: call('run_commands', { commands: ['make'] }),
    isError: null,
    text: '[{"query":"make","result":"x","success":false}]',
    want: 'unknown',
  },
  {
    call: call('apply_patch', { input: '*** Begin Patch' }),
    isError: null,
    text: '{"query":"apply_patch","result":"x","success":false}',
    want: 'rejected',
  },
  {
    call: null,
    isError: null,
    text: 'Success. Updated the following files:\nA a',
    want: 'accepted',
  },
  { call: null, isError: true, text: 'x', want: 'unknown' },
];

test.each(CASES)('$call.name, $isError: $text', ({ call: asked, isError, text, want }) => {
  const result = { callId: 'c1', name: asked?.name ?? null, text, isError };
  expect(judgeResult(null, asked, result)).toBe(want);
});
