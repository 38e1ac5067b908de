// Requests and replies as clients and providers send them, and what is read from them. UPDATE_GOLDEN=1 writes the
// golden files anew; look at the difference before it is committed.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { arrayAt, isObject, parseJson, stringAt } from '../../src/model/json.ts';
import type { Protocol } from '../../src/model/wire.ts';
import { pickFormat } from '../../src/wire/formats.ts';
import { openReplyStream } from '../../src/wire/reply-stream.ts';

const ROOT = resolve('fixtures/wire');
const PROTOCOLS: Readonly<Record<string, Protocol>> = {
  'anthropic-messages': 'anthropic-messages',
  'openai-responses': 'openai',
  'openai-chat': 'openai',
  gemini: 'gemini',
};

const cases = readdirSync(ROOT).flatMap((format) =>
  readdirSync(join(ROOT, format)).map((name) => ({ format, name, dir: join(ROOT, format, name) })),
);

const readText = (dir: string, name: string): string => readFileSync(join(dir, name), 'utf8');

function readCase(format: string, dir: string): unknown {
  const call = parseJson(readText(dir, 'call.json'));
  const path = stringAt(call, 'path') ?? '';
  const wire = pickFormat(PROTOCOLS[format] ?? 'http', stringAt(call, 'method') ?? '', path);
  const isSse = existsSync(join(dir, 'reply.sse'));
  const stream = openReplyStream({
    format: wire,
    kind: isSse ? 'sse' : 'json',
    openMask: () => null,
    reaches: () => 'record',
    gate: null,
    clock: () => 0,
  });
  stream.push(Buffer.from(readText(dir, isSse ? 'reply.sse' : 'reply.json')));
  stream.end(false);
  const request = wire?.parseRequest(parseJson(readText(dir, 'request.json')), path);
  return { format: wire?.name, request, reply: stream.reading() };
}

test.each(cases)('$format/$name', ({ format, dir }) => {
  const golden = join(dir, 'golden.json');
  const got = `${JSON.stringify(readCase(format, dir), null, 2)}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, got);
  expect(parseJson(got)).toEqual(parseJson(readText(dir, 'golden.json')));
});

test('any JSON at all is read without a throw', () => {
  const odd = [null, 1, 'x', [], {}, { messages: 5, input: {}, contents: [1, null], content: 'x' }];
  for (const protocol of Object.values(PROTOCOLS)) {
    for (const path of [
      '/messages',
      '/responses',
      '/chat/completions',
      '/models/m:generateContent',
    ]) {
      const format = pickFormat(protocol, 'POST', path);
      for (const body of format === null ? [] : odd) {
        expect(isObject(format?.parseRequest(body, path))).toBe(true);
        expect(arrayAt(format?.parseReply(body), 'blocks')).toBeInstanceOf(Array);
        expect(format?.bodySites(body)).toBeInstanceOf(Array);
      }
    }
  }
});
