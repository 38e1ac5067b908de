// The demo's agent: a small program that does what coding agents do. It asks the model that ANTHROPIC_BASE_URL names,
// carries out its tool calls in the working directory and sends the results back. It knows nothing of aitrail.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isObject, objectAt, parseJson, stringAt } from '../../model/json.ts';

const MODEL = 'demo-model-1';
const TURNS_MAX = 10;
const TOOLS = [
  tool('Write', ['file_path', 'content']),
  tool('Edit', ['file_path', 'old_string', 'new_string']),
];

interface Call {
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
}

interface Reply {
  readonly text: string;
  readonly calls: readonly Call[];
}

/** Runs one conversation. @throws Error where the model cannot be reached or answers nonsense. */
export async function runDemoAgent(prompt: string, env: NodeJS.ProcessEnv): Promise<void> {
  const messages: unknown[] = [{ role: 'user', content: prompt }];
  for (let turn = 0; turn < TURNS_MAX; turn += 1) {
    const reply = await ask(messages, env);
    process.stdout.write(`● ${reply.text}\n`);
    if (reply.calls.length === 0) return;
    messages.push({ role: 'assistant', content: contentOf(reply) });
    const results: unknown[] = [];
    for (const call of reply.calls) {
      process.stdout.write(`  ${call.name} ${stringAt(call.input, 'file_path') ?? ''}\n`);
      results.push({ type: 'tool_result', tool_use_id: call.id, content: await carryOut(call) });
    }
    messages.push({ role: 'user', content: results });
  }
}

function tool(name: string, required: readonly string[]): unknown {
  const properties = Object.fromEntries(required.map((key) => [key, { type: 'string' }]));
  return {
    name,
    description: `${name} a file`,
    input_schema: { type: 'object', properties, required },
  };
}

const contentOf = (reply: Reply): readonly unknown[] => [
  { type: 'text', text: reply.text },
  ...reply.calls.map((call) => ({
    type: 'tool_use',
    id: call.id,
    name: call.name,
    input: call.input,
  })),
];

async function ask(messages: readonly unknown[], env: NodeJS.ProcessEnv): Promise<Reply> {
  const answer = await fetch(`${env['ANTHROPIC_BASE_URL'] ?? ''}/v1/messages`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'anthropic-version': '2023-06-01',
      'x-api-key': env['ANTHROPIC_API_KEY'] ?? 'none',
      'user-agent': 'demo-agent/1.0',
    },
    body: JSON.stringify({
      model: MODEL,
      max_tokens: 4096,
      stream: true,
      system: 'You are a coding agent.',
      tools: TOOLS,
      messages,
    }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`the model answered ${answer.status}: ${text}`);
  return readStream(text);
}

function readStream(stream: string): Reply {
  const events = [...stream.matchAll(/^data: (.*)$/gm)].map((match) => parseJson(match[1] ?? ''));
  const blocks = new Map<unknown, { type: string; id: string; name: string; text: string }>();
  for (const event of events) {
    if (!isObject(event)) continue;
    if (event['type'] === 'content_block_start') {
      const block = objectAt(event, 'content_block');
      const [type, id, name] = ['type', 'id', 'name'].map((key) => stringAt(block, key) ?? '');
      blocks.set(event['index'], { type: type ?? '', id: id ?? '', name: name ?? '', text: '' });
    }
    const open = blocks.get(event['index']);
    const delta = objectAt(event, 'delta');
    if (open !== undefined)
      open.text += stringAt(delta, 'text') ?? stringAt(delta, 'partial_json') ?? '';
  }
  const all = [...blocks.values()];
  return {
    text: all
      .filter((block) => block.type === 'text')
      .map((block) => block.text)
      .join('\n'),
    calls: all
      .filter((block) => block.type === 'tool_use')
      .map((block) => ({ id: block.id, name: block.name, input: parseJson(block.text) })),
  };
}

async function carryOut(call: Call): Promise<string> {
  const path = stringAt(call.input, 'file_path') ?? '';
  if (call.name === 'Write') {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, stringAt(call.input, 'content') ?? '');
    return `File created successfully at: ${path}`;
  }
  const before = stringAt(call.input, 'old_string') ?? '';
  const text = await readFile(path, 'utf8');
  if (!text.includes(before)) return `String to replace not found in ${path}`;
  await writeFile(
    path,
    text.replace(before, () => stringAt(call.input, 'new_string') ?? ''),
  );
  return `The file ${path} has been updated successfully.`;
}

// run as a program, not when a test imports it
if (process.argv[1]?.endsWith('agent.js') === true)
  await runDemoAgent(process.argv[2] ?? '', process.env);
