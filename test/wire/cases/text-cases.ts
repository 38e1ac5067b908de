// S001 to S037: one secret in text, cut, framed, ended, named and armoured in every way.
import { sseText } from '../streams.ts';
import {
  bodyOf,
  LARGE_KEY,
  LONG_KEY,
  OTHER_PAT,
  PASSWORD,
  PAT,
  PRIVATE,
  PUBLIC_BLOCKS,
  RSA_KEY,
  SSH_KEY,
} from './canaries.ts';
import {
  around,
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

const SAID = [text(`Use ${PAT} for it.\nThat is all.`)];
const secrets = [PAT];
const anthropic = providerOf('anthropic');
const chat = providerOf('chat');

/** Cut in the middle of an event's end. */
const betweenLineFeeds = (bytes: Uint8Array): readonly Uint8Array[] => {
  const parts = Buffer.from(bytes)
    .toString('latin1')
    .split(/(?<=\n)(?=\n)/);
  return parts.map((part) => Buffer.from(part, 'latin1'));
};

const NOISE = [': a comment', 'retry: 500', '', 'event: ping', 'data: {"type":"ping"}', '', ''];

const noisy = (): string => {
  const events = anthropic.events(SAID, every(3));
  const lines = sseText(anthropic, events).split('\n\n');
  return lines.join(`\n\n${NOISE.join('\n')}event: never_seen\ndata: {"a":[1,2]}\n\n`);
};

/** `data:` over several lines: JSON with line feeds between its members. */
const spread = (): string =>
  chat
    .events(SAID, every(4))
    .map((event) => {
      const json = typeof event === 'string' ? event : JSON.stringify(event, null, 1);
      return `${json
        .split('\n')
        .map((line) => `data: ${line}`)
        .join('\n')}\n\n`;
    })
    .join('');

const SPLITS: readonly StreamCase[] = [
  said(['S001', 'whole secret in one delta', 'anthropic'], SAID, { secrets }),
  said(['S002', 'one character per delta', 'anthropic'], SAID, { secrets, cut: every(1) }),
  said(['S003', 'split inside the prefix', 'anthropic'], SAID, { secrets, cut: around(PAT, 2) }),
  said(['S004', 'split after the prefix', 'anthropic'], SAID, { secrets, cut: around(PAT, 4) }),
  said(['S005', 'split before its last character', 'anthropic'], SAID, {
    secrets,
    cut: around(PAT, PAT.length - 1),
  }),
  said(['S006', 'split at both edges', 'anthropic'], SAID, {
    secrets,
    cut: around(PAT, 0, PAT.length),
  }),
  said(['S007', 'tokens of 1 to 5 characters', 'chat'], SAID, { secrets, cut: tokens }),
  said(['S008', 'every copy of Responses', 'responses'], SAID, { secrets, cut: tokens }),
  said(['S009', 'Gemini parts split in the secret', 'gemini'], SAID, {
    secrets,
    cut: around(PAT, 11),
  }),
  said(['S010', 'TCP chunks of 1 byte', 'anthropic'], SAID, { secrets, tcp: bytesOf(1) }),
  said(['S011', 'TCP chunks of 7 bytes', 'chat'], SAID, { secrets, tcp: bytesOf(7) }),
  said(['S012', 'TCP cut between the two line feeds', 'anthropic'], SAID, {
    secrets,
    cut: every(5),
    tcp: betweenLineFeeds,
  }),
  said(['S013', 'CRLF', 'anthropic'], SAID, { secrets, cut: every(3), end: '\r\n' }),
  said(['S014', 'CR alone', 'anthropic'], SAID, { secrets, cut: every(3), end: '\r' }),
  raw(
    ['S015', 'BOM before the first event'],
    `\uFEFF${sseText(chat, chat.events(SAID, every(3)))}`,
    {
      secrets,
      provider: chat,
      kind: 'sse',
    },
  ),
  raw(['S016', 'comments, pings, retry, unknown events stay'], noisy(), {
    secrets,
    provider: anthropic,
    kind: 'sse',
  }),
  raw(['S017', 'an event over several data lines'], spread(), {
    secrets,
    provider: chat,
    kind: 'sse',
  }),
];

const HALF = `Use ${PAT.slice(0, 24)}`;

const ENDS: readonly StreamCase[] = [
  said(['S018', 'last in its block', 'anthropic'], [text(`It is ${PAT}`)], {
    secrets,
    cut: every(6),
  }),
  said(['S019', 'last in the stream', 'chat'], [text(`It is ${PAT}`)], { secrets, cut: every(6) }),
  sent(
    ['S020', 'upstream aborts in mid-secret', 'anthropic'],
    (cut) => anthropic.events([text(HALF)], cut).slice(0, -3),
    { secrets: [HALF.slice(4)], cut: every(3), isCut: true },
  ),
  said(
    ['S021', 'false alarm: bare prefixes', 'anthropic'],
    [text(`Tokens start with ghp_, AKIA or sk-ant-, and glpat- too.`)],
    { secrets: [], cut: every(2) },
  ),
  said(['S022', 'false alarm at the end of a block', 'anthropic'], [text(`They say ghp_`)], {
    secrets: [],
    cut: every(2),
  }),
  said(['S023', 'two with a comma between', 'anthropic'], [text(`a ${PAT},${OTHER_PAT} b`)], {
    secrets: [PAT, OTHER_PAT],
    cut: every(4),
  }),
  said(['S024', 'the same twice', 'anthropic'], [text(`${PAT} and\nagain ${PAT}.`)], {
    secrets,
    cut: every(4),
  }),
  said(['S025', 'two rules overlap', 'chat'], [text(`Authorization: Bearer ${PAT}\n`)], {
    secrets,
    cut: tokens,
  }),
  said(['S026', 'a key of 164 characters', 'anthropic'], [text(`key ${LONG_KEY} end`)], {
    secrets: [LONG_KEY],
    cut: every(2),
  }),
];

const NAMED: readonly StreamCase[] = [
  said(['S027', 'fenced code', 'anthropic'], [text(`Do:\n\`\`\`sh\nexport T=${PAT}\n\`\`\`\nok`)], {
    secrets,
    cut: tokens,
  }),
  said(
    ['S028', 'the name in an earlier delta than the value', 'anthropic'],
    [text(`DB_PASSWORD=${PASSWORD}\nnext`)],
    { secrets: [PASSWORD], cut: around('=', 1) },
  ),
  said(
    ['S029', 'password in JSON prose', 'chat'],
    [text(`Send {"password": "${PASSWORD}"} there`)],
    {
      secrets: [PASSWORD],
      cut: tokens,
    },
  ),
  said(
    ['S030', 'database URL cut at the @', 'anthropic'],
    [text(`url: postgres://app:${PASSWORD}@db.internal:5432/app\n`)],
    { secrets: [PASSWORD], cut: around('@', 0, 1) },
  ),
  said(
    ['S031', 'a reference is no secret', 'anthropic'],
    [text('password = os.environ["DB_PASSWORD"]\ntoken = process.env.TOKEN\n')],
    { secrets: [], cut: every(3) },
  ),
];

const crlf = (key: string): string => key.replaceAll('\n', '\r\n');
const OPEN_KEY = LARGE_KEY.slice(0, 1500).trimEnd();

const ARMOUR: readonly StreamCase[] = [
  said(['S032', 'PEM RSA, LF', 'anthropic'], [text(`Key:\n${RSA_KEY}\nDone.`)], {
    secrets: [bodyOf(RSA_KEY)],
    cut: every(7),
  }),
  said(['S033', 'PEM OPENSSH, CRLF', 'anthropic'], [text(`Key:\r\n${crlf(SSH_KEY)}\r\nDone.`)], {
    secrets: [bodyOf(crlf(SSH_KEY))],
    cut: every(7),
  }),
  said(['S034', 'PEM of 6.4 kB', 'anthropic'], [text(`Key:\n${LARGE_KEY}\nDone.`)], {
    secrets: [bodyOf(LARGE_KEY)],
    cut: every(9),
  }),
  said(['S035', 'PEM never closed', 'anthropic'], [text(`Key:\n${OPEN_KEY}`)], {
    secrets: [bodyOf(OPEN_KEY)],
    cut: every(9),
  }),
  said(
    ['S036', 'PEM mentioned without a body', 'anthropic'],
    [text(`It starts with -----BEGIN ${PRIVATE}----- and ends with -----END ${PRIVATE}-----.`)],
    { secrets: [], cut: every(5) },
  ),
  said(['S037', 'certificates and public keys', 'anthropic'], [text(`${PUBLIC_BLOCKS}\n`)], {
    secrets: [],
    cut: every(9),
  }),
];

export const TEXT_CASES: readonly StreamCase[] = [...SPLITS, ...ENDS, ...NAMED, ...ARMOUR];
