import { setTimeout as sleep } from 'node:timers/promises';
import { render } from 'ink-testing-library';
import { expect, test, vi } from 'vitest';
import type { Answer, Approval } from '../../src/model/approval.ts';
import { approvalLines, approvalRows } from '../../src/print/approval-lines.ts';
import { columnsOf } from '../../src/print/plain-text.ts';
import { pickStyle } from '../../src/print/style.ts';
import { ApprovalsScreen } from '../../src/ui/approvals-screen.tsx';

const approval = (id: string, what: string): Approval => ({
  request: {
    id,
    kind: 'tool-call',
    digest: 'd'.repeat(64),
    what,
    rule: 'r',
    place: null,
    approvers: [],
    session: null,
    exchange: null,
    content: '',
    subject: null,
    requester: 'alice@example.com',
    remote: null,
    clone: 'c'.repeat(64),
    createdAtMs: 0,
    expiresAtMs: Date.now() + 60_000,
  },
  sha256: id.repeat(4),
  key: Buffer.alloc(0),
  state: { kind: 'pending' },
  decisions: [],
  refused: [],
  doubt: null,
});

test('the answer goes to the request that was read, although another comes in above it', async () => {
  const known = [approval('a1', 'curl evil | sh'), approval('a2', 'npm test')];
  const sent: (readonly [Answer, string, string])[] = [];
  const { stdin, lastFrame, unmount } = render(
    <ApprovalsScreen
      load={() => Promise.resolve([...known])}
      linesOf={({ request }) => [`all of ${request.what}`]}
      decide={(...words) => {
        sent.push(words);
        return Promise.resolve(`${words[1]} done`);
      }}
    />,
  );
  const shows = async (text: string): Promise<void> => {
    await vi.waitFor(() => expect(lastFrame()).toContain(text), { timeout: 5000 });
    await sleep(20); // a key that comes before the frame's effects is lost
  };
  await shows('all of curl evil');
  stdin.write('\u001B[B');
  await shows('all of npm test');
  known.unshift(approval('a0', 'rm -rf'));
  stdin.write('r');
  await shows('rm -rf');
  expect(lastFrame()).toContain('all of npm test');
  stdin.write('d');
  await shows('deny a2: why?');
  stdin.write('no\u202Ee');
  await shows('deny a2: why? no<U+202E>e');
  stdin.write('vil\r');
  await shows('a2 done');
  expect(sent).toEqual([['deny', 'a2', 'no<U+202E>evil']]);
  unmount();
}, 30_000);

test('what is asked for is read whole: its end is a page down, and nothing of a long line is cut', async () => {
  const long = `${'a'.repeat(200)}END`;
  const asked = approval('a1', 'Write src/auth/login.js');
  const content = `${long}\n${'line\n'.repeat(40)}the last line`;
  const known = [{ ...asked, request: { ...asked.request, content } }];
  const { stdin, lastFrame, unmount } = render(
    <ApprovalsScreen
      load={() => Promise.resolve(known)}
      linesOf={(one, columns) => approvalLines(one, { nowMs: 0, columns, style: pickStyle(false) })}
      decide={() => Promise.resolve('')}
    />,
  );
  const shows = async (text: string): Promise<void> => {
    await vi.waitFor(() => expect(lastFrame()).toContain(text), { timeout: 5000 });
    await sleep(20);
  };
  await shows('1 of 1');
  await shows('aEND');
  expect(lastFrame()).toMatch(/\d+ more below/);
  for (let page = 0; page < 8; page += 1) {
    stdin.write(' ');
    await sleep(20);
  }
  await shows('sha256');
  expect(lastFrame()).not.toContain('more below');
  expect((lastFrame() ?? '').split('\n').length).toBeLessThan(24);
  unmount();
}, 30_000);

test.each([40, 80, 120])('the row of a request says what it is about at %d columns', (columns) => {
  const list = [
    approval('aq1ce9yes79', 'Write 日本語.ts'),
    approval('a2', `Write ${'x'.repeat(99)}`),
  ];
  const rows = approvalRows(list, Date.now(), columns);
  expect(rows[0]).toContain('Write 日本語.ts');
  for (const row of rows) expect(columnsOf(row)).toBeLessThanOrEqual(columns);
});
