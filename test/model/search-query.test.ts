// The language of searches.
import { describe, expect, test } from 'vitest';
import { isFault } from '../../src/model/fault.ts';
import { parseSearch, quoteValue } from '../../src/model/search-query.ts';
import { pickSnippet } from '../../src/model/search-marks.ts';
import { eachWord, wordsOf } from '../../src/model/search-words.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const term = (words: string, more: object = {}): object => ({
  words: words.split(' '),
  isPrefix: false,
  isNot: false,
  ...more,
});
const filter = (key: string, value: string, isNot = false): object => ({ key, value, isNot });

describe('parseSearch', () => {
  test.each([
    ['words', 'retry limit', [term('retry'), term('limit')], []],
    ['a phrase', '"rate limit" x', [term('rate limit'), term('x')], []],
    ['a beginning', 'retr*', [term('retr', { isPrefix: true })], []],
    ['a phrase’s beginning', '"rate lim"*', [term('rate lim', { isPrefix: true })], []],
    ['without', 'retry -timeout', [term('retry'), term('timeout', { isNot: true })], []],
    ['a snake is a phrase', 'max_retries', [term('max retries')], []],
    ['a path is one', 'src/auth.ts', [term('src auth ts')], []],
    ['camel case is one word', 'maxRetries', [term('maxretries')], []],
    ['accents and case', 'Änderung', [term('anderung')], []],
    ['no blanks between', '数据', [term('数 据')], []],
    ['a web address is text', 'https://example.com', [term('https example com')], []],
    ['a scope is text', 'std::move', [term('std move')], []],
    ['a filter', 'agent:codex x', [term('x')], [filter('agent', 'codex')]],
    ['a quoted one', 'user:"Ada L" x', [term('x')], [filter('user', 'Ada L')]],
    ['one left out', '-model:gpt-5', [], [filter('model', 'gpt-5', true)]],
    ['method and URL', 'resource:"POST /v1/*"', [], [filter('resource', 'POST /v1/*')]],
    ['nothing', '  ', [], []],
  ])('%s', (...[, text, terms, filters]) =>
    expect(parseSearch(text, NOW)).toEqual({ terms, filters, sinceMs: null, untilMs: null }),
  );

  test('times are dates or ages', () =>
    expect(parseSearch('since:2d until:2026-11-20', NOW)).toMatchObject({
      sinceMs: NOW - 2 * 86_400_000,
      untilMs: Date.parse('2026-11-20'),
    }));

  test.each([
    ['an open quotation mark', 'a "b c', 'column 3'],
    ['a filter that is none', 'a uesr:ada', 'column 3: uesr: is not a filter'],
    ['a filter without a value', 'äö user: x', 'column 4'],
    ['a word that is none', 'a -> b', 'column 3'],
    ['a time that is none', 'since:yesterday', 'column 1: since: yesterday is neither'],
  ])('%s is told with its column', (_, text, why) => {
    const tried = ((): unknown => {
      try {
        return parseSearch(text, NOW);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(isFault(tried) && `${tried.code} ${tried.message}`).toContain(why);
  });

  test.each(['ada', 'Ada L', 'a "b" c', String.raw`C:\x`])('a value %s comes back', (value) =>
    expect(parseSearch(`user:${quoteValue(value)}`).filters).toEqual([filter('user', value)]),
  );
});

test.each([
  ['plain', 'two words', ['two', 'words'], []],
  ['camel', 'getUserName', ['getusername'], ['get', 'user', 'name']],
  ['capitals', 'HTTPServer', ['httpserver'], ['http', 'server']],
  ['a hash', 'sha256', ['sha256'], []],
  ['colours', '\u001B[31mError\u001B[0m', ['error'], []],
  ['data', 'x'.repeat(200), [], []],
])('wordsOf: %s', (...[, text, words, parts]) => {
  const found = wordsOf(text);
  expect(found.map(({ word }) => word)).toEqual(words);
  expect(found.flatMap((one) => one.parts)).toEqual(parts);
});

test.each([
  ['prose', 'The quick brown Fox, in 3 lines:\n\tand on'],
  ['names', 'call getUserName(HTTPServer, sha256Sum) and MAX_SIZE, ABc'],
  ['data', `${'x'.repeat(128)} ${'y'.repeat(129)} ${'aB'.repeat(40)}`],
  ['accents', 'Café ÉcoleNormale naïve'],
  ['signs', '数据库 and 検索Word'],
  ['colours', '\u001B[31mErrorHere\u001B[0m done'],
  ['nothing', ' -- '],
])('eachWord gives what wordsOf finds: %s', (_, text) => {
  const given: unknown[] = [];
  eachWord(text, (word, parts) => given.push({ word, parts }));
  expect(given).toEqual(wordsOf(text).map(({ word, parts }) => ({ word, parts })));
});

test.each([
  ['a word', 'say it loud', 'it', 'say [it] loud'],
  ['a phrase', 'a b a c', '"a c"', 'a b [a c]'],
  ['part of a name', 'call getUserName now', 'user', 'call [getUserName] now'],
  ['a beginning', 'retries retry', 'retr*', '[retries] [retry]'],
  ['other case', 'GitHub', 'github', '[GitHub]'],
  ['none', 'nothing here', 'zebra', 'nothing here'],
])('pickSnippet marks %s', (...[, text, query, want]) => {
  const snippet = pickSnippet([{ kind: 'answer', text }], parseSearch(query).terms);
  const shown = snippet?.pieces.map((piece) => (piece.isHit ? `[${piece.text}]` : piece.text));
  expect(shown?.join('')).toBe(want);
});

test('pickSnippet cuts a long line around the hit, from the text with most terms', () => {
  const far = `${'word '.repeat(1000)}needle ${'word '.repeat(1000)}`;
  const { terms } = parseSearch('needle');
  const snippet = pickSnippet(
    [
      { kind: 'prompt', text: 'other' },
      { kind: 'call', text: far },
    ],
    terms,
  );
  const text = snippet?.pieces.map((piece) => piece.text).join('') ?? '';
  expect([snippet?.kind, text.length < 200, text.includes('needle')]).toEqual(['call', true, true]);
});
