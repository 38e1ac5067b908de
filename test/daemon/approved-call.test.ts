// From a call that somebody let pass to the note of the commit that holds what it wrote: real hooks, the service of the
// daemon behind them.
import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openSigned } from '../../src/attest/open-signed.ts';
import { handleHook } from '../../src/cli/hook-handler.ts';
import { traceFindings } from '../../src/flow/trace/trace-findings.ts';
import { initRepository } from '../../src/flow/setup/init-repository.ts';
import { PROVIDERS, sseText } from '../wire/streams.ts';
import { type Approver, hireApprover } from './approver.ts';
import {
  connectionsTo,
  makeWorld,
  type Model,
  open,
  post,
  type Service,
  startModel,
  startService,
  type World,
} from './world.ts';

// dozens of processes: the bound only ends one that hangs
vi.setConfig({ testTimeout: 120_000 });

const [PROVIDER] = PROVIDERS;
if (PROVIDER === undefined) throw new Error('no providers');
const RULES =
  "rules: [{ name: deploys, on: tool-call, match: 'rollout', action: approve }]\napprovals: { hold: 60s }\n";
const SCRIPT =
  'set -eu\nkubectl rollout restart deployment/web\nkubectl rollout status deployment/web\n';

let world: World;
let model: Model;
let service: Service;
let bob: Approver;

beforeAll(async () => {
  world = makeWorld();
  bob = await hireApprover(world);
  await initRepository(world.caller, { askNotesPush: () => Promise.resolve(true) });
  model = await startModel((_, response) => {
    const input = { file_path: `${world.repo}/rollout.sh`, content: SCRIPT };
    const events = PROVIDER.events([{ kind: 'call', name: 'Write', input }], (text) => [text]);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(sseText(PROVIDER, events));
  });
  service = await startService(world, handleHook);
});

afterAll(async () => {
  await service.stop();
  await model.close();
  world.remove();
});

const git = async (...words: string[]): Promise<string> =>
  (await promisify(execFile)('git', words, { cwd: world.repo, env: world.caller.env })).stdout;

test('the note of the commit carries the approval of the call, with the digest of what was approved', async () => {
  world.configure(connectionsTo(model.url) + RULES);
  const session = await open(world);
  const body = { model: 'claude-x', stream: true, messages: [{ role: 'user', content: 'go' }] };
  const answered = post(`${session.baseUrl('anthropic')}/v1/messages`, body);
  const { request, ...approval } = await bob.next();
  await bob.decide({ request, ...approval }, 'approve');
  expect(await (await answered).text()).toContain('tool_use');
  world.put('repo/rollout.sh', SCRIPT);
  await git('add', '-A');
  await git('commit', '-q', '-m', 'Roll out by script');
  // git goes on before the note is written
  const note = await vi.waitFor(() => git('notes', '--ref=aitrail', 'show', 'HEAD'), 60_000);
  const statement = openSigned(note.trim());
  const approvals = statement.kind === 'signed' ? statement.statement.predicate.approvals : null;
  const [found, ...more] = approvals ?? [];
  expect(more).toEqual([]);
  expect(found).toMatchObject({
    id: request.id,
    kind: 'tool-call',
    answer: 'approve',
    approver: bob.name,
    digest: createHash('sha256')
      .update(request.subject ?? '')
      .digest('hex'),
  });
  const finding = {
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: 'rollout.sh' }, region: { startLine: 2 } },
      },
    ],
  };
  const text = JSON.stringify({ runs: [{ results: [finding] }] });
  const { places } = await traceFindings(world.caller, { name: 'x', text, revision: null });
  expect(places[0]?.lines).toMatchObject([{ origin: 'ai', approvers: [bob.name], prompt: 'go' }]);
});
