// MASK: what masking adds to a delta of a reply, and how it grows with the text: real source in deltas of a dozen
// characters, as prose and as a tool call's arguments, in CPU time of this process.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ChannelMask } from '../../../src/model/secret.ts';
import type { TextSite } from '../../../src/model/wire.ts';
import { openTextMask } from '../../../src/secrets/channel-mask.ts';
import { openJsonMask } from '../../../src/secrets/json-mask.ts';
import { maskText } from '../../../src/secrets/mask-text.ts';
import { openScanner } from '../../../src/secrets/scanner.ts';
import { pickFormat } from '../../../src/wire/formats.ts';
import { openReplyStream, type ReplyStream } from '../../../src/wire/reply-stream.ts';
import type { Figure, Row, Scale } from '../row.ts';

const MB = 1_000_000;
const DELTA_CHARS = 12;
const MASKER = { scanner: openScanner(), key: Buffer.alloc(32, 7) };

type OpenMask = (site: TextSite) => ChannelMask;
const openMask: OpenMask = (site) =>
  site.field === 'arguments' ? openJsonMask(MASKER) : openTextMask(MASKER);

export const row: Row = {
  id: 'MASK',
  title: 'masking (files of node_modules, by name; deltas of 12 characters)',
  run: ({ isFull }: Scale) => {
    const [small, large] = isFull ? [1, 100] : [0.2, 2];
    const source = readSource(AT_REST_MB * MB);
    passReply(source.slice(0, MB / 4), 'text'); // compiled before it is measured
    const costs = [small, large].map((size) => costsOf(source.slice(0, size * MB), size));
    const atRest = [1, AT_REST_MB].map((size) => ({
      size,
      value: secondsOf(() => void maskText(MASKER, source.slice(0, size * MB))),
    }));
    return Promise.resolve([
      figure('a delta of text, p99', costs, ({ text }) => text.p99),
      figure('a delta of arguments, p99', costs, ({ call }) => call.p99),
      {
        ...figure('all deltas of a reply', costs, ({ text }) => text.seconds),
        unit: 's',
        bar: null,
      },
      { what: 'the text at once, as at rest', unit: 's', of: 'MB', sizes: atRest, bar: null },
    ]);
  },
};

const DELTA_MICROSECONDS_MAX = 50;
const AT_REST_MB = 100;

interface Costs {
  readonly size: number;
  readonly text: Passed;
  readonly call: Passed;
}

interface Passed {
  /** Microseconds. */
  readonly p99: number;
  readonly seconds: number;
}

const figure = (what: string, costs: readonly Costs[], read: (costs: Costs) => number): Figure => ({
  what,
  unit: 'µs',
  of: 'MB',
  sizes: costs.map((cost) => ({ size: cost.size, value: read(cost) })),
  bar: DELTA_MICROSECONDS_MAX,
});

const costsOf = (source: string, size: number): Costs => ({
  size,
  text: passReply(source, 'text'),
  call: passReply(source, 'call'),
});

function secondsOf(act: () => void): number {
  const before = process.cpuUsage();
  act();
  return microsecondsSince(before) / 1e6;
}

/** The mask's own share: framing, JSON and digests are there without it too. */
function passReply(source: string, kind: 'text' | 'call'): Passed {
  const costs: number[] = [];
  const stream = openReply((site) => timed(openMask(site), costs));
  const content = kind === 'text' ? source : JSON.stringify({ file_path: 'a.ts', content: source });
  const block =
    kind === 'text'
      ? { type: 'text', text: '' }
      : { type: 'tool_use', id: 'toolu_1', name: 'Write', input: {} };
  stream.push(event({ type: 'content_block_start', index: 0, content_block: block }));
  for (let at = 0; at < content.length; at += DELTA_CHARS) {
    const piece = content.slice(at, at + DELTA_CHARS);
    const delta =
      kind === 'text'
        ? { type: 'text_delta', text: piece }
        : { type: 'input_json_delta', partial_json: piece };
    stream.push(event({ type: 'content_block_delta', index: 0, delta }));
  }
  const sorted = Float64Array.from(costs).toSorted();
  const seconds = sorted.reduce((sum, cost) => sum + cost, 0) / 1e6;
  return { p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0, seconds };
}

const timed = (mask: ChannelMask, costs: number[]): ChannelMask => ({
  push: (text) => {
    const before = process.cpuUsage();
    const step = mask.push(text);
    costs.push(microsecondsSince(before));
    return step;
  },
  end: () => mask.end(),
});

const openReply = (open: OpenMask): ReplyStream =>
  openReplyStream({
    format: pickFormat('anthropic-messages', 'POST', '/v1/messages'),
    kind: 'sse',
    openMask: open,
    reaches: () => 'client',
    clock: () => 0,
    gate: null,
  });

const event = (data: { readonly type: string } & Readonly<Record<string, unknown>>): Uint8Array =>
  Buffer.from(`event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`);

function microsecondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** Files in the order of their names until enough is there. */
function readSource(characters: number): string {
  const from = resolve(import.meta.dirname, '../../../node_modules');
  const pieces: string[] = [];
  let length = 0;
  for (const path of readdirSync(from, { recursive: true, encoding: 'utf8' }).toSorted()) {
    if (length >= characters) break;
    if (!/\.(?:[cm]?[jt]s|json|md)$/.test(path)) continue;
    const text = readText(join(from, path));
    pieces.push(text);
    length += text.length;
  }
  return pieces.join('');
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // a folder with such a name
  }
}
