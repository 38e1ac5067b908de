// What a gateway says of sessions is another machine's word.
import { expect, test } from 'vitest';
import { isTeamSession } from '../../../src/flow/login/team-session.ts';
import { LOCAL_IDENTITY } from '../../../src/model/context.ts';

const place = {
  repository: null,
  worktree: '/w',
  remote: null,
  branch: 'main',
  head: null,
  host: 'h',
};
const session = {
  id: 's0123456789',
  grant: 'g0123456789abcdef',
  conversation: null,
  parent: null,
  agent: 'claude-code',
  agentVersion: null,
  principal: { name: 'Ada', email: 'ada@example.com' },
  identity: LOCAL_IDENTITY,
  place,
  startedAtMs: 1,
  lastAtMs: 2,
  exchanges: 3,
  models: ['m'],
};

test.each([
  ['as it should be', {}, true],
  ['an id that steers the terminal', { id: '\u001B[2Js1' }, false],
  ['an id that is an option', { id: '--json' }, false],
  ['no id', { id: undefined }, false],
  ['a folder that is a number', { place: { ...place, worktree: 7 } }, false],
  ['no place', { place: null }, false],
  ['an agent that is a list', { agent: ['a'] }, false],
  ['models that are none', { models: [7] }, false],
  ['a time beyond all calendars', { lastAtMs: 1e300 }, false],
  ['nobody', { principal: {} }, false],
  ['doubts that are words', { identity: { ...LOCAL_IDENTITY, mismatches: ['x'] } }, false],
])('%s', (_, change, want) => {
  // as it comes over the wire
  expect(isTeamSession(JSON.parse(JSON.stringify({ ...session, ...change })))).toBe(want);
});
