// fixtures/agents/<client>/<case>: a request and its reply as they cross the wire, and what is read from them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findEdits } from '../../src/agents/find-edits.ts';
import { findOutcomes } from '../../src/agents/join-results.ts';
import { lastUserTurn } from '../../src/agents/last-user-turn.ts';
import { recogniseAgent } from '../../src/agents/recognise-agent.ts';
import { isString, objectAt, stringAt } from '../../src/model/json.ts';
import type { Protocol } from '../../src/model/wire.ts';
import { pickFormat } from '../../src/wire/formats.ts';

const ROOT = 'fixtures/agents';
const PROTOCOLS: readonly Protocol[] = ['anthropic-messages', 'openai', 'gemini'];

function readCase(folder: string) {
  const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const request = read('request.json');
  const url = stringAt(request, 'url') ?? '';
  const protocol = PROTOCOLS.find((name) => name === stringAt(request, 'protocol'));
  const path = url.split('?')[0] ?? '';
  const format = pickFormat(protocol ?? 'http', 'POST', path);
  if (format === null) throw new Error(`${folder}: no format for ${url}`);
  const body = objectAt(request, 'body');
  const headers = Object.entries(objectAt(request, 'headers')).flatMap(([name, value]) =>
    isString(value) ? [[name, value] as const] : [],
  );
  const parsed = format.parseRequest(body, path);
  const recognised = recogniseAgent({
    headers: Object.fromEntries(headers),
    url,
    request: parsed,
    body,
  });
  const { agent } = recognised;
  return {
    recognised,
    prompt: lastUserTurn(parsed.messages),
    outcomes: findOutcomes(agent, parsed.messages),
    edits: findEdits(agent, format.parseReply(read('reply.json')).blocks),
  };
}

describe.each(readdirSync(ROOT))('%s', (client) => {
  test.each(readdirSync(join(ROOT, client)))('%s', (name) => {
    const folder = join(ROOT, client, name);
    const found: unknown = JSON.parse(JSON.stringify(readCase(folder)));
    expect(found).toEqual(JSON.parse(readFileSync(join(folder, 'edits.json'), 'utf8')));
  });
});
