import { expect, test } from 'vitest';
import { ownProxyToken, parseHop, pickHop, readHopRules } from '../../src/proxy/hops.ts';

const PROXY = 'http://corp.example:3128';
const hostFor = (env: Record<string, string>, origin: string): string =>
  pickHop(readHopRules(env), origin)?.host ?? 'direct';

test.each([
  ['nothing set', {}, 'https://a.example', 'direct'],
  ['https', { HTTPS_PROXY: PROXY }, 'https://a.example', 'corp.example'],
  ['https says nothing of http', { HTTPS_PROXY: PROXY }, 'http://a.example', 'direct'],
  [
    'lower case wins',
    { HTTPS_PROXY: 'http://x.example', https_proxy: PROXY },
    'https://a.example',
    'corp.example',
  ],
  ['http', { http_proxy: PROXY }, 'http://a.example', 'corp.example'],
  ['all', { ALL_PROXY: PROXY }, 'http://a.example', 'corp.example'],
  ['SOCKS', { ALL_PROXY: 'socks5://corp.example:1080' }, 'https://a.example', 'direct'],
  ['this machine', { HTTP_PROXY: PROXY, HTTPS_PROXY: PROXY }, 'https://127.0.0.1:9', 'direct'],
  ['this machine, IPv6', { HTTPS_PROXY: PROXY }, 'https://[::1]:9', 'direct'],
  ['without a scheme', { HTTPS_PROXY: 'corp.example:3128' }, 'https://a.example', 'corp.example'],
] as const)('which proxy: %s', (...[, env, origin, want]) =>
  expect(hostFor({ ...env }, origin)).toBe(want),
);

test.each([
  ['*', 'https://a.example', 'direct'],
  ['a.example', 'https://a.example', 'direct'],
  ['a.example', 'https://b.a.example', 'direct'],
  ['.a.example', 'https://a.example', 'direct'],
  ['*.a.example', 'https://b.a.example', 'direct'],
  ['A.Example', 'https://a.example', 'direct'],
  ['a.example', 'https://ba.example', 'corp.example'],
  ['x, a.example y', 'https://a.example', 'direct'],
  ['a.example:8443', 'https://a.example:8443', 'direct'],
  ['a.example:8443', 'https://a.example', 'corp.example'],
  ['10.0.0.0/8', 'https://10.2.3.4', 'direct'],
  ['10.0.0.0/8', 'https://11.2.3.4', 'corp.example'],
  ['192.168.1.128/25', 'https://192.168.1.5', 'corp.example'],
  ['10.1.2.3', 'https://10.1.2.3', 'direct'],
  ['[fe80::1]', 'https://[fe80::1]', 'direct'],
])('NO_PROXY %j and %s: %s', (listed, origin, want) =>
  expect(hostFor({ HTTPS_PROXY: PROXY, NO_PROXY: listed }, origin)).toBe(want),
);

test('user and password, percent-encoded', () => {
  const login = Buffer.from('ada:p@ss').toString('base64');
  expect(parseHop('https://ada:p%40ss@corp.example')).toEqual({
    isTls: true,
    host: 'corp.example',
    port: 443,
    authorization: `Basic ${login}`,
  });
});

test('our own proxy is told from others', () => {
  expect(ownProxyToken('http://aitrail:abc_-9@127.0.0.1:41100')).toBe('abc_-9');
  expect(ownProxyToken('http://ada:abc@127.0.0.1:41100')).toBeNull();
  expect(ownProxyToken(PROXY)).toBeNull();
});
