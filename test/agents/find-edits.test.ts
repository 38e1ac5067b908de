import { expect, test } from 'vitest';
import { findEdits } from '../../src/agents/find-edits.ts';
import type { Edit } from '../../src/model/edit.ts';

const PATCH = '*** Begin Patch\n*** Add File: n.ts\n+x\n*** End Patch\n';
const ADDED: readonly Edit[] = [{ kind: 'write', path: 'n.ts', text: 'x\n' }];
const WRITTEN: readonly Edit[] = [{ kind: 'write', path: '/w/a.ts', text: 'x\n' }];
const replaced = (isAll: boolean): readonly Edit[] => [
  { kind: 'replace', path: '/w/a.ts', before: 'a', after: 'b', isAll },
];

const CALLS: readonly (readonly [string, string | null, string, unknown, readonly Edit[]])[] = [
  ['Claude Code', 'claude-code', 'Write', { file_path: '/w/a.ts', content: 'x\n' }, WRITTEN],
  [
    'Claude Code',
    'claude-code',
    'Edit',
    { replace_all: false, file_path: '/w/a.ts', old_string: 'a', new_string: 'b' },
    replaced(false),
  ],
  [
    'Claude Code, everywhere',
    'claude-code',
    'Edit',
    { file_path: '/w/a.ts', old_string: 'a', new_string: 'b', replace_all: true },
    replaced(true),
  ],
  [
    'Claude Code',
    'claude-code',
    'MultiEdit',
    {
      file_path: '/w/a.ts',
      edits: [
        { old_string: 'a', new_string: 'b' },
        { old_string: 'a', new_string: 'b' },
      ],
    },
    [...replaced(false), ...replaced(false)],
  ],
  [
    'an edit that makes a file',
    'claude-code',
    'Edit',
    { file_path: '/w/a.ts', old_string: '', new_string: 'x\n' },
    WRITTEN,
  ],
  [
    'Claude Code',
    'claude-code',
    'Bash',
    { command: 'echo x > a.ts' },
    [{ kind: 'write', path: 'a.ts', text: 'x\n' }],
  ],
  ['Claude Code', 'claude-code', 'Bash', { command: 'ls', description: 'look' }, []],
  ['Claude Code', 'claude-code', 'Read', { file_path: '/w/a.ts' }, []],
  ['Claude Code', 'claude-code', 'Grep', { pattern: 'x', path: '/w' }, []],
  ['Claude Code', 'claude-code', 'TodoWrite', { todos: [{ content: 'x', status: 'pending' }] }, []],
  ['Claude Code', 'claude-code', 'Agent', { description: 'd', prompt: 'write /w/a.ts' }, []],
  ['Claude Code', 'claude-code', 'WebFetch', { url: 'https://x.example', prompt: 'p' }, []],
  [
    'Claude Code',
    'claude-code',
    'NotebookEdit',
    { notebook_path: '/w/n.ipynb', new_source: 'x = 1', cell_type: 'code' },
    [{ kind: 'insert', path: '/w/n.ipynb', text: 'x = 1' }],
  ],
  ['Codex, free form', 'codex', 'apply_patch', PATCH, ADDED],
  ['Codex', 'codex', 'exec_command', { cmd: `apply_patch <<'EOF'\n${PATCH}EOF` }, ADDED],
  [
    'Codex',
    'codex',
    'shell',
    { command: ['bash', '-lc', `apply_patch <<'EOF'\n${PATCH}EOF\n`], workdir: '/w' },
    [{ kind: 'write', path: '/w/n.ts', text: 'x\n' }],
  ],
  ['Codex', 'codex', 'shell', { command: ['apply_patch', PATCH] }, ADDED],
  [
    'Codex code mode, literal',
    'codex',
    'exec',
    `await tools.apply_patch(${JSON.stringify(PATCH)});`,
    ADDED,
  ],
  [
    'Codex code mode, raw template',
    'codex',
    'functions.exec',
    `const r = await tools.apply_patch(String.raw\`${PATCH}\`);\ntext(r);`,
    ADDED,
  ],
  [
    'Codex code mode, lines',
    'codex',
    'exec',
    `const l = ['*** Begin Patch', "*** Add File: n.ts", \`+x\`, '*** End Patch'];\ntext(await tools.apply_patch(l.join('\\n')));`,
    ADDED,
  ],
  [
    'Codex code mode, sum',
    'codex',
    'exec',
    `const body = '+x\\n';\nawait tools.apply_patch('*** Begin Patch\\n*** Add File: n.ts\\n' + body + '*** End Patch');`,
    ADDED,
  ],
  [
    'Codex code mode, template',
    'codex',
    'exec',
    'const body = "+x";\nawait tools.apply_patch({ patch: `*** Begin Patch\n*** Add File: n.ts\n${body}\n*** End Patch` });',
    ADDED,
  ],
  [
    'Codex code mode, shell',
    'codex',
    'exec',
    `const r = await tools.exec_command({ cmd: "echo x > a.ts", workdir: "/w" });`,
    WRITTEN,
  ],
  ['Gemini CLI', 'gemini-cli', 'write_file', { file_path: '/w/a.ts', content: 'x\n' }, WRITTEN],
  [
    'Gemini CLI',
    'gemini-cli',
    'replace',
    { file_path: '/w/a.ts', instruction: 'i', old_string: 'a', new_string: 'b' },
    replaced(false),
  ],
  ['Gemini CLI', 'gemini-cli', 'run_shell_command', { command: 'echo x > /w/a.ts' }, WRITTEN],
  ['Gemini CLI', 'gemini-cli', 'read_file', { absolute_path: '/w/a.ts' }, []],
  ['OpenCode', 'opencode', 'write', { filePath: '/w/a.ts', content: 'x\n' }, WRITTEN],
  [
    'OpenCode',
    'opencode',
    'edit',
    { filePath: '/w/a.ts', oldString: 'a', newString: 'b', replaceAll: true },
    replaced(true),
  ],
  ['OpenCode', 'opencode', 'apply_patch', { patchText: PATCH }, ADDED],
  ['Copilot CLI', 'copilot-cli', 'create', { path: '/w/a.ts', file_text: 'x\n' }, WRITTEN],
  [
    'Copilot CLI',
    'copilot-cli',
    'edit',
    { path: '/w/a.ts', old_str: 'a', new_str: 'b' },
    replaced(false),
  ],
  ['Cline', 'cline', 'apply_patch', { input: PATCH }, ADDED],
  ['Cline', 'cline', 'run_commands', { commands: ['echo x > /w/a.ts', 'ls'] }, WRITTEN],
  [
    'Cline',
    'cline',
    'replace_in_file',
    { path: '/w/a.ts', diff: '------- SEARCH\na\n=======\nb\n+++++++ REPLACE\n' },
    [{ kind: 'replace', path: '/w/a.ts', before: 'a\n', after: 'b\n', isAll: false }],
  ],
  [
    'pi',
    'pi',
    'edit',
    { path: '/w/a.ts', edits: [{ oldText: 'a', newText: 'b' }] },
    replaced(false),
  ],
  [
    'the editor of Anthropic’s API',
    null,
    'str_replace_based_edit_tool',
    { command: 'create', path: '/w/a.ts', file_text: 'x\n' },
    WRITTEN,
  ],
  [
    'the editor, inserting',
    null,
    'str_replace_based_edit_tool',
    { command: 'insert', path: '/w/a.ts', insert_line: 1, insert_text: 'x\n' },
    [{ kind: 'insert', path: '/w/a.ts', text: 'x\n' }],
  ],
  [
    'the editor, looking',
    null,
    'str_replace_based_edit_tool',
    { command: 'view', path: '/w/a.ts' },
    [],
  ],
  [
    'a file server over MCP',
    null,
    'mcp__fs__write_file',
    { path: '/w/a.ts', content: 'x\n' },
    WRITTEN,
  ],
  [
    'a file server, moving',
    null,
    'move_file',
    { path: 'a', destination: 'b' },
    [{ kind: 'rename', path: 'a', movedTo: 'b' }],
  ],
  [
    'a list of files',
    null,
    'write_files',
    { files: [{ path: '/w/a.ts', content: 'x\n' }] },
    WRITTEN,
  ],
  [
    'a unified diff',
    null,
    'apply_diff',
    { diff: '--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n' },
    [
      {
        kind: 'patch',
        path: 'f',
        movedTo: null,
        hunks: [
          [
            { mark: '-', text: 'a' },
            { mark: '+', text: 'b' },
          ],
        ],
      },
    ],
  ],
  ['nonsense', null, 'x', 17, []],
  ['nothing', null, 'x', null, []],
];

for (const [client, agent, name, input, want] of CALLS) {
  test(`${client}: ${name} ${JSON.stringify(input).slice(0, 80)}`, () => {
    const found = findEdits(agent, [{ kind: 'tool-call', call: { id: 'c1', name, input } }]);
    expect(found).toEqual(want.length === 0 ? [] : [{ callId: 'c1', tool: name, edits: want }]);
  });
}

test('text gives snippets without a call, thinking gives nothing', () => {
  const found = findEdits('claude-code', [
    { kind: 'thinking', text: '```ts\nno\n```' },
    { kind: 'text', text: 'In `src/a.ts`:\n\n```ts\nx\n```\n' },
  ]);
  expect(found).toEqual([
    { callId: null, tool: null, edits: [{ kind: 'snippet', path: 'src/a.ts', text: 'x\n' }] },
  ]);
});

test('Aider writes files from text', () => {
  const text = 'src/a.ts\n```ts\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n```\n';
  expect(findEdits('aider', [{ kind: 'text', text }])).toEqual([
    {
      callId: null,
      tool: null,
      edits: [{ kind: 'replace', path: 'src/a.ts', before: 'a\n', after: 'b\n', isAll: false }],
    },
  ]);
});

const call = (input: unknown) =>
  ({ kind: 'tool-call', call: { id: null, name: 'write_file', input } }) as const;

test('Cline writes files from elements in text', () => {
  const text = [
    'Now:\n<write_to_file>\n<path>a.ts</path>\n<content>\nconst a = 1;\n</content>\n</write_to_file>',
    '<replace_in_file><path>b.ts</path><diff>\n------- SEARCH\nx\n=======\ny\n+++++++ REPLACE\n</diff></replace_in_file>',
    '<execute_command><command>echo a > f</command></execute_command><write_to_file><path>cut.ts',
  ].join('\n');
  const edits = findEdits('cline', [{ kind: 'text', text }]).flatMap((found) => found.edits);
  expect(edits).toEqual([
    { kind: 'write', path: 'a.ts', text: 'const a = 1;\n' },
    { kind: 'replace', path: 'b.ts', before: 'x\n', after: 'y\n', isAll: false },
    { kind: 'write', path: 'f', text: 'a\n' },
  ]);
});

test('a call without an id gets the same key however its arguments are ordered', () => {
  const [first] = findEdits('gemini-cli', [call({ file_path: 'a', content: 'x' })]);
  const [again] = findEdits('gemini-cli', [call({ content: 'x', file_path: 'a' })]);
  const [other] = findEdits('gemini-cli', [call({ content: 'y', file_path: 'a' })]);
  expect(first?.callId).toMatch(/^write_file~[0-9a-f]{16}$/);
  expect(again?.callId).toBe(first?.callId);
  expect(other?.callId).not.toBe(first?.callId);
});
