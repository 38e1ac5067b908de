// S055 to S083: what is signed or sealed, other bodies than streams, encodings, limits, and what must not change at all.
import { createHash } from 'node:crypto';
import { SEAL, type Cutter } from '../streams.ts';
import { BODY, PAT, letters } from './canaries.ts';
import {
  bytesOf,
  every,
  providerOf,
  raw,
  said,
  sent,
  text,
  tokens,
  type StreamCase,
} from './stream-case.ts';

const secrets = [PAT];
const anthropic = providerOf('anthropic');
const gemini = providerOf('gemini');
const chat = providerOf('chat');

const SEALED_REPLY = (cut: Cutter): readonly object[] => {
  const item = { id: 'rs_1', type: 'reasoning', summary: [], encrypted_content: SEAL };
  const response = { id: `resp_${letters('r', 48)}`, prompt_cache_key: letters('k', 32) };
  return [
    { type: 'response.created', response: { ...response, previous_response_id: 'resp_0' } },
    { type: 'response.output_item.added', output_index: 0, item },
    { type: 'response.output_item.done', output_index: 0, item },
    ...cut('Nothing to hide here.').map((delta) => ({
      type: 'response.output_text.delta',
      item_id: `msg_${letters('m', 48)}`,
      output_index: 1,
      content_index: 0,
      delta,
    })),
    {
      type: 'response.completed',
      response: { ...response, output: [item], usage: { input_tokens: 1, output_tokens: 2 } },
    },
  ];
};

const REDACTED = [
  {
    type: 'content_block_start',
    index: 0,
    content_block: { type: 'redacted_thinking', data: letters('data', 400) },
  },
  { type: 'content_block_stop', index: 0 },
  { type: 'message_stop' },
];

const scored = (cut: Cutter): readonly (object | string)[] => [
  ...cut(`so ${PAT} it is`).map((content) => ({
    object: 'chat.completion.chunk',
    choices: [
      {
        index: 0,
        delta: { content },
        logprobs: {
          content: [{ token: content, logprob: -1, bytes: [...Buffer.from(content)] }],
        },
        finish_reason: null,
      },
    ],
  })),
  '[DONE]',
];

const FAILED = {
  type: 'error',
  error: { type: 'authentication_error', message: `invalid x-api-key: ${PAT}` },
};
const REFUSED = JSON.stringify({ error: { message: `Incorrect API key provided: ${PAT}.` } });

const PROTOCOL: readonly StreamCase[] = [
  said(
    ['S055', 'signed thinking', 'anthropic'],
    [{ kind: 'thinking', text: `I saw ${PAT} there` }, text('Done.')],
    { secrets, cut: every(5), isSealed: true },
  ),
  sent(['S056', 'encrypted reasoning, ids, cache keys', 'responses'], SEALED_REPLY, {
    secrets: [],
    cut: every(5),
  }),
  sent(['S057', 'redacted thinking', 'anthropic'], () => REDACTED, { secrets: [] }),
  sent(['S058', 'logprobs repeat the text', 'chat'], scored, {
    secrets,
    cut: every(4),
    losesProbabilities: true,
  }),
  sent(['S059', 'an error event echoes the key', 'anthropic'], () => [FAILED], { secrets }),
  raw(['S060', 'a 401 echoes the key'], REFUSED, { secrets, provider: chat, kind: 'json' }),
  raw(['S061', 'one document'], JSON.stringify(anthropic.document([text(`Use ${PAT}.`)])), {
    secrets,
    provider: anthropic,
    kind: 'json',
  }),
  raw(
    ['S062', 'a JSON array in pieces'],
    `[${gemini
      .events([text(`Use ${PAT} now`)], every(7))
      .map((event) => JSON.stringify(event))
      .join('\n,\r\n')}\n]`,
    { secrets, provider: gemini, kind: 'sequence' },
  ),
];

const WIDE = `鍵は${PAT}です🔑${PAT}🔑`;
const ANSI = `token \u001B[32m${PAT}\u001B[0m set`;
const WRAPPED = Buffer.from(PAT).toString('base64');
const BAD_BYTES = Buffer.concat([
  Buffer.from([0xff, 0xc3, 0x28, 0x20]),
  Buffer.from(PAT),
  Buffer.from([0x20, 0x80, 0xfe]),
]);

const SPELLINGS: readonly StreamCase[] = [
  said(['S066', 'TCP cuts inside emoji and CJK', 'anthropic'], [text(WIDE)], {
    secrets,
    tcp: bytesOf(1),
  }),
  raw(['S067', 'bytes that are no UTF-8'], BAD_BYTES, { secrets }),
  said(['S068', 'ANSI colours around it', 'anthropic'], [text(ANSI)], { secrets, cut: every(3) }),
  said(['S069', 'wrapped in base64', 'anthropic'], [text(`data:\n  token: ${WRAPPED}\n`)], {
    secrets: [WRAPPED],
    cut: every(5),
  }),
  said(
    ['S070', 'percent-encoded around it', 'anthropic'],
    [text(`https://x.test/cb?state=a%3Dclient_secret%3D${BODY}%26b%3D1 end`)],
    { secrets: [BODY], cut: every(4) },
  ),
];

const PROBES = [
  'curl -u ',
  'key',
  'token_',
  `BEGIN ${['PRIVATE', 'KEY'].join(' ')}`,
  'secret= ',
  'eyJ',
  'a',
];

const LIMITS: readonly StreamCase[] = [
  said(
    ['S071', 'a line of 2 MB, the secret at its end', 'anthropic'],
    [text(`${'x = y; '.repeat(300_000)}${PAT}`)],
    { secrets, cut: every(5000), isRecut: false },
  ),
  ...PROBES.map((probe, i) =>
    said(
      [`S0${72 + i}`, `${probe} repeated to 100 kB`, 'anthropic'],
      [text(probe.repeat(Math.ceil(100_000 / probe.length)))],
      { secrets: [], cut: every(997), isRecut: false },
    ),
  ),
];

const SOURCE = `export async function load(path: string): Promise<Config> {
  const text = await readFile(path, 'utf8');
  const token = process.env['TOKEN'] ?? '';
  if (token === '') throw new Error('TOKEN is not set');
  return { ...parse(text), headers: { authorization: \`Bearer \${token}\` } };
}
`.repeat(9);

const sha = (name: string): string => createHash(name).update('x').digest('hex');
const HASHES = `commit ${sha('sha1')}
image: app@sha256:${sha('sha256')}
"integrity": "sha512-${createHash('sha512').update('y').digest('base64')}"
id 3f2b8c1e-9d4a-4b6f-8e21-0c5d7a9b1e3f, etag "${sha('md5')}"
`;

const BENIGN: readonly StreamCase[] = [
  said(
    ['S080', 'a placeholder stays', 'anthropic'],
    [
      text(
        'export TOKEN=AITRAIL_github_pat_0a1b2c3d && curl -H "Authorization: Bearer AITRAIL_github_pat_0a1b2c3d"',
      ),
    ],
    { secrets: [], cut: every(3) },
  ),
  said(['S082', 'source text', 'chat'], [text(SOURCE)], { secrets: [], cut: tokens }),
  said(['S083', 'hashes, UUIDs, integrity', 'anthropic'], [text(HASHES)], {
    secrets: [],
    cut: every(4),
  }),
];

export const PROTOCOL_CASES: readonly StreamCase[] = [
  ...PROTOCOL,
  ...SPELLINGS,
  ...LIMITS,
  ...BENIGN,
];
