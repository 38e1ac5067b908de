// From what the script wants to the tools that a client offers: each client names them in its own way.
import { isObject, objectAt, type JsonObject, stringAt } from '../../../src/model/json.ts';
import type { Op } from './script.ts';

/** One tool as the request offers it. */
export interface Offered {
  readonly name: string;
  /** Codex groups tools. */
  readonly namespace: string | null;
  /** Its input is plain text, not JSON. */
  readonly isFreeform: boolean;
  readonly schema: JsonObject;
  /** Where it names the kinds of sub-agents. */
  readonly description?: string;
}

export interface Wanted {
  readonly name: string;
  readonly namespace: string | null;
  readonly input: JsonObject | string;
}

type FileOp = Extract<Op, { kind: 'write' | 'edit' }>;

interface Shape {
  readonly tool: string;
  readonly keys: readonly string[];
}

const WRITERS: readonly Shape[] = [
  { tool: 'Write', keys: ['file_path', 'content'] },
  { tool: 'write_file', keys: ['file_path', 'content'] },
  { tool: 'write', keys: ['filePath', 'content'] },
  { tool: 'create', keys: ['path', 'file_text'] },
];
const EDITORS: readonly Shape[] = [
  { tool: 'Edit', keys: ['file_path', 'old_string', 'new_string'] },
  { tool: 'replace', keys: ['file_path', 'old_string', 'new_string'] },
  { tool: 'edit', keys: ['filePath', 'oldString', 'newString'] },
  { tool: 'edit', keys: ['path', 'old_str', 'new_str'] },
];
const SHELLS: readonly Shape[] = [
  { tool: 'Bash', keys: ['command'] },
  { tool: 'run_shell_command', keys: ['command'] },
  { tool: 'bash', keys: ['command'] },
  { tool: 'exec_command', keys: ['cmd'] },
];

/** @param root the repository: most clients want absolute paths. @throws Error where a client offers nothing for it. */
export function wantedCall(op: Op, offered: readonly Offered[], root: string): Wanted {
  const program = offered.find((tool) => tool.isFreeform && tool.name === 'exec');
  if (op.kind === 'delegate') return delegateCall(op.prompt, offered);
  if (program !== undefined) return { ...program, input: programOf(op) };
  const found =
    op.kind === 'shell' ? shellCall(op.command, offered) : fileCall({ op, offered, root });
  if (found !== null) return found;
  throw new Error(`no tool for ${op.kind} among ${offered.map(({ name }) => name).join(', ')}`);
}

/** How clients call the tool that starts a sub-agent, and what they call its words. */
const DELEGATES = new Set(['Agent', 'Task', 'task', 'spawn_agent']);
const WORDS = ['prompt', 'message', 'task'];
const KINDS = ['general-purpose', 'general'];

/** @throws Error where a client offers none. */
function delegateCall(prompt: string, offered: readonly Offered[]): Wanted {
  const tool = offered.find(({ name }) => DELEGATES.has(name));
  const properties = objectAt(tool?.schema, 'properties');
  const key = WORDS.find((one) => one in properties);
  if (tool === undefined || key === undefined)
    throw new Error(`no sub-agents among ${offered.map(({ name }) => name).join(', ')}`);
  const described = JSON.stringify(tool.schema) + (tool.description ?? '');
  const kind = KINDS.find((one) => described.includes(one)) ?? '';
  const given: Record<string, unknown> = { [key]: prompt };
  for (const name of ['subagent_type', 'agent_type']) if (name in properties) given[name] = kind;
  if ('fork_turns' in properties) given['fork_turns'] = 'none';
  if ('task_name' in properties) given['task_name'] = 'last_file';
  return { name: tool.name, namespace: tool.namespace, input: withRequired(tool, given) };
}

/** In the order of the keys of `Shape`. */
const valuesOf = (op: FileOp, root: string): readonly string[] =>
  op.kind === 'write' ? [`${root}/${op.path}`, op.text] : [`${root}/${op.path}`, op.old, op.fresh];

interface FileWish {
  readonly op: FileOp;
  readonly offered: readonly Offered[];
  readonly root: string;
}

function fileCall({ op, offered, root }: FileWish): Wanted | null {
  const direct = fill(op.kind === 'write' ? WRITERS : EDITORS, offered, valuesOf(op, root));
  if (direct !== null) return direct;
  const patch = patchOf(op);
  const tool = offered.find(({ name }) => name === 'apply_patch');
  if (tool === undefined) return shellCall(`apply_patch <<'PATCH'\n${patch}\nPATCH`, offered);
  const input = tool.isFreeform ? patch : withRequired(tool, { patchText: patch });
  return { name: tool.name, namespace: tool.namespace, input };
}

const shellCall = (command: string, offered: readonly Offered[]): Wanted | null =>
  fill(SHELLS, offered, [command]);

function fill(
  shapes: readonly Shape[],
  offered: readonly Offered[],
  values: readonly string[],
): Wanted | null {
  for (const { tool, keys } of shapes) {
    const found = offered.find(
      ({ name, schema }) =>
        name === tool && keys.every((key) => key in objectAt(schema, 'properties')),
    );
    if (found === undefined) continue;
    const given = Object.fromEntries(keys.map((key, at) => [key, values[at] ?? '']));
    return { name: tool, namespace: found.namespace, input: withRequired(found, given) };
  }
  return null;
}

/** Clients refuse calls that lack a required argument, a description for example. */
function withRequired({ schema }: Offered, given: JsonObject): JsonObject {
  const required = schema['required'];
  const missing = (Array.isArray(required) ? required.map(String) : []).filter(
    (key) => !(key in given),
  );
  const properties = objectAt(schema, 'properties');
  return {
    ...given,
    ...Object.fromEntries(missing.map((key) => [key, sampleOf(properties[key])])),
  };
}

/** A value that a JSON schema allows. */
export function sampleOf(schema: unknown): unknown {
  if (!isObject(schema)) return 'sample';
  const choices = schema['enum'];
  if (Array.isArray(choices)) return choices[0];
  const type = (stringAt(schema, 'type') ?? 'string').toLowerCase();
  if (type === 'object') {
    const members = Object.entries(objectAt(schema, 'properties'));
    return Object.fromEntries(members.map(([key, member]) => [key, sampleOf(member)]));
  }
  if (type === 'array') return [];
  if (type === 'boolean') return false;
  return type === 'integer' || type === 'number' ? 1 : 'sample';
}

const prefixed = (sign: string, text: string): string =>
  text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => sign + line)
    .join('\n');

function patchOf(op: FileOp): string {
  const body =
    op.kind === 'write'
      ? `*** Add File: ${op.path}\n${prefixed('+', op.text)}`
      : `*** Update File: ${op.path}\n@@\n${prefixed('-', op.old)}\n${prefixed('+', op.fresh)}`;
  return `*** Begin Patch\n${body}\n*** End Patch`;
}

/** Codex' code mode: a program that calls the tools. */
const programOf = (op: Exclude<Op, { kind: 'delegate' }>): string =>
  op.kind === 'shell'
    ? `const ran = await tools.exec_command({ cmd: ${JSON.stringify(op.command)} });\ntext(ran);`
    : `const patch = ${JSON.stringify(patchOf(op))};\ntext(await tools.apply_patch(patch));`;
