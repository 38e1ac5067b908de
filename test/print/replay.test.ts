// A recorded conversation told again: from a real store, through the flows, to the lines on the screen.
import { beforeAll, describe, expect, test } from 'vitest';
import { findSessions } from '../../src/flow/session/find-sessions.ts';
import { replaySession } from '../../src/flow/show/replay-session.ts';
import { readRaw, showRecord } from '../../src/flow/show/show-record.ts';
import { replayDocument, replayPieces } from '../../src/print/replay-lines.ts';
import { sessionLines, sessionsDocument } from '../../src/print/session-lines.ts';
import { shownDocument, shownText } from '../../src/print/shown-lines.ts';
import { columnsOf } from '../../src/print/plain-text.ts';
import { pickStyle } from '../../src/print/style.ts';
import { recordConversation } from '../store/record-conversation.ts';
import { newHome, openHere, sha256 } from '../store/store-kit.ts';

const home = newHome();
const caller = {
  cwd: home,
  env: { AITRAIL_HOME: home, HOME: home, PATH: process.env['PATH'] ?? '' },
};
const page = { width: 80, style: pickStyle(false), linesMax: 40 };
let recorded: Awaited<ReturnType<typeof recordConversation>>;

beforeAll(async () => {
  const store = await openHere(home);
  recorded = await recordConversation(store);
  await store.close();
});

describe('replay', () => {
  test('tells prompts, answers, calls as diffs, results, masks: once each, within 80 columns', async () => {
    const [conversation] = await replaySession(caller, recorded.session);
    const text = (conversation === undefined ? [] : replayPieces(conversation, page))
      .map((piece) => piece.text)
      .join('');
    const told = text
      .replaceAll(/\d\d:\d\d(:\d\d)?/g, 'TIME')
      .split('\n')
      .filter((line) => !/^[─s]|TIME/.test(line));
    expect(told.join('\n').trim()).toBe(TOLD);
    for (const line of text.split('\n')) expect(columnsOf(line)).toBeLessThanOrEqual(80);
  });

  test('names the rule that blocked a call, and where it stands', async () => {
    const store = await openHere(home);
    const [first = ''] = recorded.exchanges;
    const detail = {
      exchange: first,
      effect: 'blocked',
      on: 'tool-call',
      rule: 'pipe-to-shell',
      tool: 'Bash',
      place: '.aitrailrc.yaml:3',
    };
    await store.addEvent({ kind: 'ruled', atMs: Date.now(), detail });
    await store.close();
    const [conversation] = await replaySession(caller, recorded.session);
    const told = (conversation === undefined ? [] : replayPieces(conversation, page))
      .map((piece) => piece.text)
      .join('');
    expect(told).toContain('! pipe-to-shell blocked Bash (.aitrailrc.yaml:3)\n');
  });

  test("keeps the model's pauses where asked", async () => {
    const [conversation] = await replaySession(caller, recorded.session);
    const pieces = conversation === undefined ? [] : replayPieces(conversation, page);
    const before = (text: string): number =>
      pieces.find((piece) => piece.text.includes(text))?.waitMs ?? -1;
    expect(before('I will write it')).toBe(500); // its last character came with the second delta
    expect(before('Write src/greet.js')).toBe(280);
    expect(pieces.every(({ waitMs }) => waitMs >= 0 && waitMs <= 1500)).toBe(true);
  });

  test('an exchange tells its session up to it', async () => {
    const [conversation] = await replaySession(caller, recorded.exchanges[1] ?? '');
    expect(conversation?.turns.map((turn) => turn.exchange.id)).toEqual(
      recorded.exchanges.slice(0, 2),
    );
  });

  test('as a document it has everything, unsanitised', async () => {
    const document = JSON.parse(
      JSON.stringify(replayDocument(await replaySession(caller, recorded.session))),
    );
    expect(document).toMatchObject({
      schema: 'aitrail.replay/1',
      conversations: [
        {
          session: { id: recorded.session, agent: 'claude-code' },
          turns: [
            {
              asked: [{ kind: 'prompt', text: 'Add a greeting, please.' }],
              replied: [
                { kind: 'answer', text: 'I will write it.\nThen I run it.', atMs: 520 },
                {
                  kind: 'call',
                  tool: 'Write',
                  outcome: 'accepted',
                  atMs: 800,
                  edits: [{ kind: 'write' }],
                },
              ],
            },
            { asked: [{ kind: 'result', callId: 'c1', tool: 'Write' }] },
            {
              asked: [
                { kind: 'result', isError: true, text: expect.stringContaining('\u001B[31m') },
              ],
            },
          ],
        },
      ],
    });
  });

  test.each([
    ['an unknown session', 'szzzzz', 'NO_SUCH_SESSION'],
    ['an unknown exchange', 'xzzzzz', 'NO_SUCH_EXCHANGE'],
    ['neither', 'nothing-at-all', 'NO_SUCH_REVISION'],
    ['an option', '--all', 'NO_SUCH_REVISION'],
  ])('%s', async (_, word, code) =>
    expect(replaySession(caller, word)).rejects.toMatchObject({ code }),
  );
});

describe('show', () => {
  test('raw gives the very bytes', async () => {
    const shown = await showRecord(caller, recorded.exchanges[0] ?? '');
    const digest = shown.kind === 'exchange' ? shown.turn.exchange.responseSha256 : '';
    expect(sha256(await readRaw(caller, recorded.exchanges[0] ?? '', 'response'))).toBe(digest);
    await expect(readRaw(caller, recorded.session, 'request')).rejects.toMatchObject({
      code: 'NO_SUCH_EXCHANGE',
    });
  });

  test('an exchange as a document has its events in rising time', async () => {
    const document = JSON.parse(
      JSON.stringify(shownDocument(await showRecord(caller, recorded.exchanges[0] ?? ''))),
    );
    const times = document.events.map((event: { atMs: number }) => event.atMs);
    expect(times).toEqual(times.toSorted((a: number, b: number) => a - b));
    expect(document).toMatchObject({
      schema: 'aitrail.show/1',
      kind: 'exchange',
      edits: [{ path: 'src/greet.js', outcome: 'accepted' }],
      exchange: { masks: [{ rule: 'github-pat', direction: 'toAgent' }] },
    });
  });

  test('a session lists its exchanges and edits', async () => {
    const text = shownText(await showRecord(caller, recorded.session), page);
    for (const id of recorded.exchanges) expect(text).toContain(id);
    expect(text).toContain('src/greet.js  accepted');
    expect(text).toContain(`aitrail replay ${recorded.session}`);
  });

  test('sessions are listed, filtered, counted', async () => {
    const all = await findSessions(caller, {});
    expect(sessionLines(all, 80, pickStyle(false))).toMatch(
      new RegExp(`^${recorded.session}  .* claude-code 2\\.0 +3 exchanges  repo \\(main\\)$`, 'm'),
    );
    expect(sessionsDocument(all)).toMatchObject({
      schema: 'aitrail.sessions/1',
      sessions: [{ models: ['model-1'] }],
    });
    const count = async (filter: Parameters<typeof findSessions>[1]): Promise<number> =>
      (await findSessions(caller, filter)).length;
    expect(
      await count({
        user: 'ADA@',
        repository: 'team/repo',
        agent: 'claude-code',
        model: 'model-1',
        limit: 5,
      }),
    ).toBe(1);
    expect(await count({ user: 'bob' })).toBe(0);
    expect(await count({ repository: '/work/repo' })).toBe(1);
    expect(await count({ model: 'other' })).toBe(0);
    expect(await count({ untilMs: 0 })).toBe(0);
    expect(sessionLines([], 80, pickStyle(false))).toContain('no sessions yet');
  });
});

const TOLD = `you
  Add a greeting, please.

claude-code
  I will write it.
  Then I run it.

  Write src/greet.js
  + const hello = 1;
  + export { hello };

! github-pat masked before the agent saw it: AITRAIL_github_pat_01234567

result Write
    File created at src/greet.js

claude-code
  Now the check.

  Bash node src/greet.js

result Bash (error)
    Error: ␛[31mno␛[0m <U+202E>greeting

claude-code
  All done. 你好 🎉`;
