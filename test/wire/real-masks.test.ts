// The stream with the program's own scanner: what reaches the client and the record of replies with canaries in them.
import { createHash, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { ChannelMask } from '../../src/model/secret.ts';
import type { TextSite } from '../../src/model/wire.ts';
import { openTextMask } from '../../src/secrets/channel-mask.ts';
import { openJsonMask } from '../../src/secrets/json-mask.ts';
import { openScanner } from '../../src/secrets/scanner.ts';
import { cutAt } from './cuts.ts';
import { runStream, type Ran } from './run-stream.ts';
import { PROVIDERS, sseText, type Cutter, type Part, type Provider } from './streams.ts';

const masker = { scanner: openScanner(), key: Buffer.alloc(32, 7) };
const openMask = (site: TextSite): ChannelMask =>
  site.field === 'arguments' ? openJsonMask(masker) : openTextMask(masker);

// canaries: made here, valid nowhere
const BODY = createHash('sha512')
  .update('canary')
  .digest('base64')
  .replaceAll(/\W/g, '')
  .slice(0, 36);
const TOKEN = ['gh', 'p_', BODY].join('');
const PEM = generateKeyPairSync('rsa', {
  modulusLength: 1024,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
}).privateKey;
const PEM_LINE = PEM.split('\n')[3] ?? '';

const every =
  (length: number): Cutter =>
  (text) =>
    text.match(new RegExp(`[^]{1,${length}}`, 'gu')) ?? [''];
const around =
  (word: string, offset: number): Cutter =>
  (text) => {
    const at = Math.max(0, text.indexOf(word)) + offset;
    return [text.slice(0, at), text.slice(at)];
  };
const run = (provider: Provider, parts: readonly Part[], cut: Cutter): Ran =>
  runStream(provider, [sseText(provider, provider.events(parts, cut))], { openMask });

describe.each(PROVIDERS)('$name', (provider) => {
  const parts: readonly Part[] = [
    { kind: 'text', text: `Use ${TOKEN}.\nThat is all.` },
    { kind: 'call', name: 'Write', input: { path: 'a.env', content: `A=1\n${TOKEN}\n`, lines: 2 } },
  ];

  test('a token as a key of arguments, in a stream and in a document: all of it stays JSON', () => {
    const input = { path: 'a', [TOKEN]: 1, deep: [{ [`x ${TOKEN}`]: { y: TOKEN, n: null } }] };
    const call = [{ kind: 'call', name: 'Write', input }] as const;
    const document = JSON.stringify(provider.document(call));
    const all = [
      run(provider, call, every(5)),
      runStream(provider, [document], { openMask, kind: 'json' }),
    ];
    for (const { client, record, stream } of all) {
      expect(`${client}${record}`).not.toContain(BODY.slice(0, 12));
      const [name = ''] = client.match(/AITRAIL_\w+?_[0-9a-f]{8}/) ?? [];
      const masked = { path: 'a', [name]: 1, deep: [{ [`x ${name}`]: { y: name, n: null } }] };
      const block = stream.reading()?.blocks.find(({ kind }) => kind === 'tool-call');
      expect(block).toMatchObject({ call: { input: masked } });
      for (const [, data = ''] of client.matchAll(/^(?:data: )?([{[](?!DONE).*)$/gm))
        expect(() => void JSON.parse(data)).not.toThrow();
    }
  });

  test('a token at every split position: nothing of it goes out, arguments stay JSON', () => {
    for (let at = -2; at <= TOKEN.length + 2; at += 1) {
      const { client, record, stream } = run(provider, parts, around(TOKEN, at));
      expect(`${client}${record}`).not.toContain(BODY.slice(0, 12));
      expect(`${client}${record}`).not.toContain(BODY.slice(-12));
      const call = stream.reading()?.blocks.find((block) => block.kind === 'tool-call');
      expect(call).toMatchObject({ call: { input: { path: 'a.env', lines: 2 } } });
      const placeholders = new Set(client.match(/AITRAIL_\w+?_[0-9a-f]{8}/g));
      expect(placeholders.size).toBe(1);
    }
  });

  test('single characters, in single bytes', () => {
    const bytes = Buffer.from(sseText(provider, provider.events(parts, every(1))));
    const cuts = Array.from({ length: bytes.length }, (_, i) => i);
    const { client } = runStream(provider, cutAt(bytes, cuts), { openMask });
    const whole = run(provider, parts, every(999));
    expect(client).not.toContain(BODY.slice(-8));
    expect(runStream(provider, [client]).stream.reading()).toEqual(whole.stream.reading());
  });

  test('a private key in text and in arguments, by small deltas', () => {
    const keys: readonly Part[] = [
      { kind: 'text', text: `Here:\n${PEM}\nDone.` },
      { kind: 'call', name: 'Write', input: { path: 'key.pem', content: PEM } },
    ];
    const { client, record, stream } = run(provider, keys, every(9));
    for (const line of PEM.split('\n').slice(1, -2))
      expect(`${client}${record}`).not.toContain(line);
    expect(stream.reading()?.blocks[0]).toMatchObject({ text: expect.stringMatching(/Done\.$/) });
    expect(PEM_LINE).toHaveLength(64);
  });

  test('cut in the middle of the token: less than anybody could use has gone out', () => {
    const text = sseText(provider, provider.events(parts, every(3)));
    const { client } = runStream(provider, [text.slice(0, text.indexOf('That'))], {
      openMask,
      isCut: true,
    });
    const said = client.replaceAll(
      /[^]*?"(?:delta|text|content|partial_json)":"([^"]*)"|[^]/g,
      '$1',
    );
    expect(said).toContain('Use ');
    expect(said).not.toContain(BODY.slice(0, 13));
  });

  test('source text, hashes, ids and placeholders come out byte for byte', () => {
    const benign: readonly Part[] = [
      {
        kind: 'text',
        text: 'const password = process.env["DB_PASSWORD"];\n// see ghp_ tokens, AKIA prefixes\nintegrity sha512-',
      },
      { kind: 'text', text: `commit ${'0a1b2c3d'.repeat(5)} AITRAIL_github_pat_0011aabb stays` },
      {
        kind: 'call',
        name: 'Write',
        input: {
          path: 'a.ts',
          content: 'export const api_key = os.environ["KEY"];\n',
          id: 'b3c1f0aa-1111-4222-8333-abcdefabcdef',
        },
      },
    ];
    for (const length of [1, 4, 999]) {
      const text = sseText(provider, provider.events(benign, every(length)));
      expect(run(provider, benign, every(length)).client).toBe(text);
    }
  });
});

test('a large body with a token in it: the window holds little, and finds it across any cut', () => {
  const [provider] = PROVIDERS;
  const filler = 'the quick brown fox jumps over the lazy dog\n'.repeat(2000);
  const bytes = Buffer.from(`${filler}token ${TOKEN} ends\n${filler}`);
  for (let at = -3; at < TOKEN.length + 3; at += 5) {
    const cut = filler.length + 6 + at;
    const { client, pieces } = runStream(provider ?? null, cutAt(bytes, [cut]), {
      kind: 'bytes',
      openMask,
    });
    expect(client).not.toContain(BODY);
    expect(client.replace(/AITRAIL_\w+_[0-9a-f]{8}/, TOKEN)).toBe(bytes.toString());
    expect(cut - (pieces[0]?.client.length ?? 0)).toBeLessThan(4096);
  }
});
