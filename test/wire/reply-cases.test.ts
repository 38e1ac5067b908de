// Single facts about replies that the streams of reply-stream.test.ts do not show.
import { expect, test } from 'vitest';
import type { Provider } from './streams.ts';
import { PROVIDERS, SEAL, sseText } from './streams.ts';
import { CANARY, MASKED, maskCanaries } from './canary-mask.ts';
import { cutAt } from './cuts.ts';
import { runStream } from './run-stream.ts';

const provider = (name: string): Provider => {
  const found = PROVIDERS.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};
const anthropic = provider('anthropic-messages');
const responses = provider('openai-responses');
const chat = provider('openai-chat');
const gemini = provider('gemini');

test('signed thinking reaches the client as it was and the record masked', () => {
  const events = anthropic.events([{ kind: 'thinking', text: `so ${CANARY} is it` }], (text) => [
    text.slice(0, 9),
    text.slice(9),
  ]);
  const text = sseText(anthropic, events);
  const { client, record, stream } = runStream(anthropic, [text]);
  expect(client).toBe(text);
  expect(record).toContain(MASKED);
  expect(record).not.toContain('qwertz');
  expect(record).toContain(SEAL);
  expect(stream.masks()).toMatchObject([{ direction: 'atRest', isForwarded: true }]);
});

test('sealed reasoning of Responses stays, in every copy', () => {
  const events = responses.events([{ kind: 'thinking', text: `so ${CANARY}` }], (text) => [text]);
  const text = sseText(responses, events);
  const { client, record } = runStream(responses, [text]);
  expect(client).toBe(text);
  expect(record).not.toContain(CANARY);
});

const chunk = (content: string, tokens: readonly string[]): object => ({
  object: 'chat.completion.chunk',
  choices: [
    {
      index: 0,
      delta: { content },
      logprobs: { content: tokens.map((token) => ({ token, bytes: [1] })) },
      finish_reason: null,
    },
  ],
});

test('logprobs go where they spell out what was masked, and only there', () => {
  const events = [chunk('fine ', ['fine ']), chunk(CANARY, ['CANARY-', 'qwertzui']), '[DONE]'];
  const { client, record } = runStream(chat, [sseText(chat, events)]);
  expect(client).toContain('"token":"fine "');
  expect(client).not.toMatch(/"token":"(CANARY|qwertz)/);
  expect(client).toContain('"logprobs":null');
  expect(record).toBe(client);
});

const part = (index: number, choice: number, text: string): object => ({
  choices: [
    {
      index: choice,
      delta: { tool_calls: [{ index, function: { arguments: text } }] },
      finish_reason: null,
    },
  ],
});

test('parallel calls and choices that arrive in turn keep apart', () => {
  const events = [
    part(0, 0, '{"a":"CANARY-'),
    part(1, 0, '{"b":"CANARY-'),
    part(0, 1, '{"c":"CANARY-no'),
    part(0, 0, 'qwertzui"}'),
    part(1, 0, 'asdfghjk"}'),
    part(0, 1, 'w"}'),
    '[DONE]',
  ];
  const { client } = runStream(chat, [sseText(chat, events)]);
  expect(client).not.toMatch(/qwert|asdf/);
  expect(client.split(MASKED)).toHaveLength(3);
  expect(client).toContain('CANARY-no');
});

test('an error event that echoes the key is masked and ends the reply', () => {
  const error = {
    type: 'error',
    error: { type: 'invalid_request_error', message: `bad ${CANARY}` },
  };
  const { client, stream, pieces } = runStream(anthropic, [sseText(anthropic, [error])]);
  expect(client).toContain(`bad ${MASKED}`);
  expect(pieces[0]?.isTerminal).toBe(true);
  expect(stream.reading()).toMatchObject({ isComplete: false, error: `bad ${MASKED}` });
});

test.each([
  ['LF', '\n'],
  ['CRLF', '\r\n'],
  ['CR', '\r'],
])('an edited event keeps its framing: %s, BOM, comments, data over several lines', (_, end) => {
  const lines = [
    '\uFEFF: hello',
    'id: 7',
    'event: content_block_delta',
    'data: {"type": "content_block_delta", "index": 0,',
    `data: "delta": {"type": "text_delta", "text": "a ${CANARY} é"}}`,
    'retry: 5',
    '',
    '',
  ];
  const text = lines.join(end);
  const cuts = Array.from({ length: 400 }, (__, i) => i);
  expect(runStream(anthropic, cutAt(Buffer.from(text), cuts)).client).toBe(maskCanaries(text));
});

test('escaped letters of a secret are found in decoded text; other escapes keep their spelling', () => {
  const data = String.raw`{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\u00e9 \u0043ANARY-qwertzui \/ \ud83d"}}`;
  const { client } = runStream(anthropic, [`data: ${data}\n\n`]);
  expect(client).toBe(`data: ${data.replace(String.raw`\u0043ANARY-qwertzui`, MASKED)}\n\n`);
});

test('fields and events nobody knows are text too', () => {
  const events = [
    { type: 'content_block_start', index: 0, content_block: { type: 'odd', note: `x ${CANARY}` } },
    { type: 'surprise', deep: [{ er: [CANARY] }] },
  ];
  const { client } = runStream(anthropic, [sseText(anthropic, events)]);
  expect(client).toBe(maskCanaries(sseText(anthropic, events)));
  const plain = `: note ${CANARY}\n\ndata: no json ${CANARY}\n\ndata: {"a": "${CANARY}"}\n\n`;
  expect(runStream(null, [plain]).client).toBe(maskCanaries(plain));
});

test('Gemini without alt=sse: an array that arrives in pieces', () => {
  const events = gemini.events(
    [
      { kind: 'text', text: `see ${CANARY}` },
      { kind: 'call', name: 'write_file', input: { content: [CANARY] } },
    ],
    (text) => [text.slice(0, 8), text.slice(8)],
  );
  const text = `[${events.map((one) => JSON.stringify(one, null, 2)).join('\n,\r\n')}\n]\n`;
  const cuts = Array.from({ length: text.length }, (_, i) => i);
  const { client, stream, pieces } = runStream(gemini, cutAt(Buffer.from(text), cuts), {
    kind: 'sequence',
  });
  expect(client).not.toContain('qwertz');
  expect(JSON.parse(client)).toHaveLength(events.length);
  expect(client.split(MASKED)).toHaveLength(3);
  expect(stream.reading()?.blocks).toMatchObject([
    { kind: 'text', text: `see ${MASKED}` },
    { kind: 'tool-call', call: { input: { content: [MASKED] } } },
  ]);
  expect(pieces.filter((piece) => piece.isTerminal)).toHaveLength(1);
  const benign = text.replaceAll('qwertzui', '12345678');
  const through = runStream(gemini, cutAt(Buffer.from(benign), cuts), { kind: 'sequence' });
  expect(through.client).toBe(benign);
});

test('lines of JSON, and Code Assist’s wrapping', () => {
  const wrapped = {
    response: { candidates: [{ content: { parts: [{ text: CANARY }] } }] },
    traceId: 't',
  };
  const lines = `${JSON.stringify(wrapped)}\n${JSON.stringify({ a: CANARY })}\n`;
  const { client, stream } = runStream(gemini, [lines], { kind: 'sequence' });
  expect(client).toBe(maskCanaries(lines));
  expect(stream.reading()?.blocks).toEqual([{ kind: 'text', text: MASKED }]);
});

test('a pointer says which argument an edit is in', () => {
  const pointers: unknown[] = [];
  const events = gemini.events(
    [{ kind: 'call', name: 'replace', input: { old_string: CANARY, edits: [{ to: CANARY }] } }],
    (text) => [text],
  );
  const { client } = runStream(gemini, [sseText(gemini, events)], {
    reaches: (site, edit) => {
      pointers.push([site.tool, site.field, edit.pointer]);
      return edit.pointer?.[0] === 'old_string' ? 'record' : 'client';
    },
  });
  expect(pointers).toEqual([
    ['replace', 'argument', ['old_string']],
    ['replace', 'argument', ['edits', 0, 'to']],
  ]);
  expect(client).toContain(`"old_string":"${CANARY}"`);
  expect(client).toContain(`"to":"${MASKED}"`);
});

test('a mask that throws ends the reply with the provider’s error and nothing of it goes out', () => {
  for (const one of PROVIDERS) {
    const events = one.events([{ kind: 'text', text: 'hello world' }], (text) => [text]);
    const { client, record, pieces, stream } = runStream(
      one,
      [sseText(one, events), 'data: later\n\n'],
      {
        openMask: () => {
          throw new Error('broken rule');
        },
      },
    );
    expect(client).not.toContain('hello world');
    expect(client).toContain('could not be checked for secrets');
    expect(record).toBe(client);
    expect(pieces.at(-1)?.isTerminal).toBe(true);
    expect(client).not.toContain('later');
    expect(stream.reading()?.isComplete).toBe(false);
  }
});

test('a reply can be ended from outside in the provider’s own words', () => {
  const { stream } = runStream(null, []);
  const piece = stream.fail({ status: 503, message: 'the store is full', code: 'STORE_FULL' });
  expect(Buffer.from(piece.client).toString()).toContain('STORE_FULL');
  expect(stream.push(Buffer.from('data: 1\n\n'))).toEqual([]);
});

test('cut in the middle of a secret: nothing of the torn event goes out, held text is decided', () => {
  const events = anthropic.events([{ kind: 'text', text: CANARY }], (text) => [
    text.slice(0, 10),
    text.slice(10),
  ]);
  const text = sseText(anthropic, events);
  const at = text.indexOf('ertzui');
  const { client } = runStream(anthropic, [text.slice(0, at + 3)], { isCut: true });
  expect(client).not.toContain('ert');
  const benign = text.slice(0, 150);
  expect(runStream(anthropic, [benign], { isCut: true }).client).toBe(benign);
});

test('a body that is no JSON, or says so wrongly, passes through the window', () => {
  const html = `<html>${'x'.repeat(100)}${CANARY}</html>`;
  expect(runStream(chat, cutAt(Buffer.from(html), [110]), { kind: 'json' }).client).toBe(
    maskCanaries(html),
  );
  const bytes = Buffer.concat([
    Buffer.from([0xff, 0, 0xfe]),
    Buffer.from(CANARY),
    Buffer.from([0x80]),
  ]);
  const { pieces } = runStream(null, cutAt(bytes, [5, 9]), { kind: 'bytes' });
  const out = Buffer.concat(pieces.map((piece) => piece.client));
  expect(
    out.equals(
      Buffer.concat([Buffer.from([0xff, 0, 0xfe]), Buffer.from(MASKED), Buffer.from([0x80])]),
    ),
  ).toBe(true);
});

test('a document too long to hold goes on through the window', () => {
  const filler = JSON.stringify({ a: 'x'.repeat(9 * 1024 * 1024), b: CANARY });
  const { client, pieces } = runStream(chat, cutAt(Buffer.from(filler), [100, 9_000_000]), {
    kind: 'json',
  });
  expect(pieces.length).toBeGreaterThan(1);
  expect(client).toBe(maskCanaries(filler));
});

test('who decides what a mask reaches is shown the argument around it, decoded, as far as it has come', () => {
  const input = { note: 'x', command: `cat > "a" <<E\n${CANARY}\nE\n` };
  const parts = [{ kind: 'call', name: 'Bash', input }] as const;
  for (const one of PROVIDERS) {
    const events = one.events(parts, (text) => [text.slice(0, 50), text.slice(50)]);
    const places: unknown[] = [];
    runStream(one, [sseText(one, events)], {
      reaches: (_, __, place) => {
        places.push(place());
        return 'client';
      },
    });
    const offset = input.command.indexOf(CANARY);
    expect(places[0]).toMatchObject({ text: input.command, offset });
  }
});

test.each(['client', 'record'] as const)(
  'a call waits where only its end can tell: %s',
  (answer) => {
    for (const one of PROVIDERS) {
      const parts = [
        { kind: 'call', name: 'Bash', input: { command: `echo ${CANARY} > f`, a: 1 } },
      ] as const;
      const events = one.events(parts, (text) => text.match(/[^]{1,6}/g) ?? []);
      const text = sseText(one, events);
      const { client, record, stream } = runStream(
        one,
        cutAt(Buffer.from(text), [400, 600, 800, 1000]),
        {
          reaches: (_, __, place) => (place()?.isWhole === true ? answer : 'later'),
        },
      );
      expect(client.includes(MASKED)).toBe(answer === 'client');
      expect(client === text).toBe(answer === 'record');
      expect(record).toContain(MASKED);
      expect(stream.masks().map((mask) => mask.isForwarded)).toEqual([answer === 'record']);
    }
  },
);
