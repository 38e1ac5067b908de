// A repository whose commits all have signed notes with log proofs, the same for the same count: history by fast-import,
// statements, log and signatures in this process. A hook would take seconds for what this makes in one.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { formatFiles, listSources, wrapPredicate } from '../../src/attest/build-statement.ts';
import { signStatement } from '../../src/attest/sign-statement.ts';
import { fingerprintOfLine } from '../../src/attest/ssh-key.ts';
import { commitLeaf } from '../../src/flow/attest/commit-leaf.ts';
import { ensureIdentity } from '../../src/flow/attest/open-signer.ts';
import { readCommitFacts } from '../../src/git/commit-facts.ts';
import { openObjects } from '../../src/git/objects.ts';
import { openRepository, type Repository } from '../../src/git/open-repository.ts';
import { readPatchIds } from '../../src/git/patch-ids.ts';
import { writeNotes, type NoteDraft } from '../../src/git/notes-write.ts';
import type { AttributedFile } from '../../src/model/origin.ts';
import type { Signer } from '../../src/model/signing.ts';
import type { CommitFacts } from '../../src/model/verdict.ts';
import { openGrowingLog } from './growing-log.ts';
import { makeRepository, type Place } from './place.ts';

const FILES = 64;
const LINES = 100;
const CHANGED = 3;
const START_SECONDS = Date.parse('2026-01-02T03:04:05Z') / 1000;
const SOURCE = { exchange: 'xbench1234567', session: 'sbench1234', agent: 'codex', model: 'gpt-x' };

/** @returns the range that holds the commits; the first commit of the repository stands before it and has no note. */
export async function makeSignedHistory(
  place: Place,
  name: string,
  count: number,
): Promise<string> {
  makeRepository(place, name);
  const changes = importHistory(place, name, count);
  const caller = { cwd: join(place.dir, name), env: place.env };
  const repository = await openRepository(caller);
  const ids = place.git(name, 'rev-list', '--reverse', 'main').split('\n');
  const { signer } = await ensureIdentity(caller, { signing: 'auto' });
  const facts = await readAllFacts(repository, ids.slice(1));
  await writeNotes(repository, await signAll(repository, signer, { facts, changes }));
  place.git(name, 'repack', '-adq', '--window=0');
  return `${ids[0] ?? ''}..main`;
}

const pathOf = (file: number): string =>
  `src/part-${String(file % 8)}/file-${String(Math.floor(file / 8))}.ts`;

/** @returns what each commit but the first adds. */
function importHistory(place: Place, name: string, count: number): readonly AttributedFile[] {
  const files = Array.from({ length: FILES }, (_, file) =>
    Array.from({ length: LINES }, (__, line) => `const old${String(file)}_${String(line)} = 0;`),
  );
  const stream = [
    commitOf(
      0,
      files.map((lines, file) => [pathOf(file), textOf(lines)] as const),
    ),
  ];
  const changes: AttributedFile[] = [];
  for (let at = 1; at <= count; at += 1) {
    const file = at % FILES;
    const first = (Math.floor(at / FILES) * CHANGED) % (LINES - CHANGED);
    const lines = files[file] ?? [];
    const added = Array.from(
      { length: CHANGED },
      (_, each) => `const new${String(at)}_${String(each)} = read();`,
    );
    lines.splice(first, CHANGED, ...added);
    const text = textOf(lines);
    stream.push(commitOf(at, [[pathOf(file), text]]));
    changes.push({
      path: pathOf(file),
      blob: blobId(text),
      added: added.map((line, each) => ({
        line: first + each + 1,
        text: line,
        origin:
          each === 0 ? { kind: 'unrecorded' } : { kind: 'ai', source: SOURCE, evidence: 'exact' },
      })),
    });
  }
  execFileSync('git', ['fast-import', '--quiet'], {
    cwd: join(place.dir, name),
    env: place.env,
    input: stream.join(''),
  });
  return changes;
}

const textOf = (lines: readonly string[]): string => `${lines.join('\n')}\n`;

const blobId = (text: string): string =>
  createHash('sha1')
    .update(`blob ${String(Buffer.byteLength(text))}\0${text}`)
    .digest('hex');

function commitOf(at: number, files: readonly (readonly [string, string])[]): string {
  const message = `change ${String(at)}\n`;
  return [
    'commit refs/heads/main\n',
    `committer Ada <ada@example.com> ${String(START_SECONDS + at)} +0000\n`,
    `data ${String(message.length)}\n${message}`,
    ...files.map(
      ([path, text]) => `M 100644 inline ${path}\ndata ${String(text.length)}\n${text}\n`,
    ),
    '\n',
  ].join('');
}

async function readAllFacts(
  repository: Repository,
  ids: readonly string[],
): Promise<readonly CommitFacts[]> {
  const objects = openObjects(repository.caller);
  try {
    const readings = await Promise.all(ids.map((id) => readCommitFacts(objects, id)));
    return readings.flatMap((reading) => (reading.kind === 'commit' ? [reading.facts] : []));
  } finally {
    objects.close();
  }
}

interface History {
  readonly facts: readonly CommitFacts[];
  readonly changes: readonly AttributedFile[];
}

async function signAll(
  repository: Repository,
  signer: Signer,
  { facts, changes }: History,
): Promise<readonly NoteDraft[]> {
  const patchIds = await readPatchIds(
    repository,
    facts.map(({ commit }) => commit),
  );
  const log = openGrowingLog();
  const drafts: NoteDraft[] = [];
  for (const [at, fact] of facts.entries()) {
    const files = changes.slice(at, at + 1);
    const sources = listSources(files);
    const { commit, tree, parents, rawSha256 } = fact;
    const said = {
      commit: { tree, parents, patchId: patchIds.get(commit) ?? null, rawSha256 },
      files: formatFiles(files, sources),
      exchanges: sources.map(({ exchange: id, ...rest }) => ({
        id,
        ...rest,
        recordSha256: null,
        logIndex: null,
        provider: 'openai-responses',
        startedAt: null,
      })),
      coverage: { preCommit: 'ran', recorder: 'active', agentSignals: [] },
      approvals: [],
      masking: { masked: 0 },
      policy: { sha256: createHash('sha256').digest('hex') },
      rewrittenFrom: [],
      signer: { kind: signer.kind, key: fingerprintOfLine(signer.publicKey) },
      attestedAt: new Date((START_SECONDS + at) * 1000).toISOString(),
      tool: { name: 'aitrail', version: '0.0.0' },
    } as const;
    const statement = wrapPredicate(commit, said, log.add(commitLeaf(commit, said, said)));
    drafts.push({ commit, text: `${await signStatement(statement, signer)}\n` });
  }
  return drafts;
}
