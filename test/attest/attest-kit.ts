// Commits attested for real: store, log, signer and notes on disk. Only the attribution is chosen by the test: a line
// that holds `ai:` is one exchange's, `codex:` another agent's, `mixed:` is mixed, all others are unrecorded.
import { execFileSync } from 'node:child_process';
import { attestCommit } from '../../src/flow/attest/attest-commit.ts';
import type {
  AttestOutcome,
  AttestWork,
  RewrittenFrom,
} from '../../src/flow/attest/attest-work.ts';
import { attributeCommit } from '../../src/flow/attribute/attribute-commit.ts';
import { loadPolicy } from '../../src/flow/policy/load-policy.ts';
import { ensureIdentity } from '../../src/flow/attest/open-signer.ts';
import { verify, type VerifyQuestion } from '../../src/flow/verify/verify.ts';
import { openObjects } from '../../src/git/objects.ts';
import { openRepository } from '../../src/git/open-repository.ts';
import { readAddedLines, emptyTree } from '../../src/git/added-lines.ts';
import type { Caller } from '../../src/model/caller.ts';
import type { AddedLine, AttributedFile, LineOrigin } from '../../src/model/origin.ts';
import type { Verification } from '../../src/model/verification.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Lab } from './lab.ts';

const SOURCE = {
  exchange: 'xtest12345678',
  session: 's1234567890',
  agent: 'claude-code',
  model: 'claude-x',
};

const OTHER = { ...SOURCE, exchange: 'xother1234567', agent: 'codex', model: null };

export interface AttestOptions {
  readonly caller?: Caller;
  readonly rewrittenFrom?: RewrittenFrom | null;
  readonly hasStore?: boolean;
  /** Attributes from what the store holds, and passes it through here. */
  readonly recorded?: (files: readonly AttributedFile[]) => readonly AttributedFile[];
}

/** Attests as a hook does. */
export async function attest(
  lab: Lab,
  commits: readonly string[],
  options: AttestOptions = {},
): Promise<AttestOutcome> {
  const caller = options.caller ?? lab.caller;
  const repository = await openRepository(caller);
  const objects = openObjects(caller);
  const isOpen = options.hasStore ?? true;
  const store = isOpen ? await openStore({ home: lab.home, mode: 'write', inProcess: true }) : null;
  const work: AttestWork = {
    repository,
    objects,
    policy: await loadPolicy(caller, repository),
    store,
    attribute: async (commit, rewrittenFrom) => {
      if (options.recorded === undefined || store === null)
        return attributeByMarks(lab, work, commit);
      const own = { repository, objects, store, key: await store.readKey() };
      return options.recorded(await attributeCommit(own, commit, { rewrittenFrom }));
    },
    isWanted: () => true,
  };
  try {
    return await attestCommit(work, commits, options.rewrittenFrom ?? null);
  } finally {
    objects.close();
    await store?.close();
  }
}

/** Makes a key file, as init does. @returns the public line. */
export async function makeIdentity(lab: Lab): Promise<string> {
  return (await ensureIdentity(lab.caller, { signing: 'auto' })).signer.publicKey;
}

export const ask = (lab: Lab, question: Partial<VerifyQuestion> = {}): Promise<Verification> =>
  verify(lab.caller, { range: null, pushed: null, trustRef: null, require: [], ...question });

/** `status: reason` of each commit, newest first. */
export async function verdicts(
  lab: Lab,
  question: Partial<VerifyQuestion> = {},
): Promise<readonly string[]> {
  const answer = await ask(lab, question);
  return answer.verdicts.map(({ status, reason }) =>
    reason === null ? status : `${status}: ${reason}`,
  );
}

/** The note's lines. */
export const noteOf = (lab: Lab, commit: string): readonly string[] =>
  lab.git('notes', '--ref=aitrail', 'show', commit).split('\n');

/** Puts a note there as anybody with git can. */
export function forceNote(lab: Lab, commit: string, text: string): void {
  execFileSync('git', ['notes', '--ref=aitrail', 'add', '-f', '-F', '-', commit], {
    cwd: lab.repo,
    env: lab.env,
    input: text,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

async function attributeByMarks(
  lab: Lab,
  work: AttestWork,
  commit: string,
): Promise<readonly AttributedFile[]> {
  const { repository } = work;
  const parents = lab.git('rev-list', '--parents', '-1', commit).split(' ').length - 1;
  if (parents > 1) return []; // merges here are clean
  const hasParent = parents === 1;
  const before = hasParent
    ? lab.git('rev-parse', `${commit}^^{tree}`)
    : emptyTree(repository.objectFormat);
  const after = lab.git('rev-parse', `${commit}^{tree}`);
  const [added] = await readAddedLines(repository, [{ before, after }], 'myers');
  return lab
    .git('ls-tree', '-r', '--format=%(objectname) %(path)', commit)
    .split('\n')
    .map((entry) => [entry.split(' ')[0] ?? '', entry.slice(entry.indexOf(' ') + 1)] as const)
    .map(([blob, path]) => ({
      path,
      blob,
      added: linesIn(lab.git('cat-file', '-p', blob), added?.get(blob) ?? []),
    }));
}

function linesIn(
  text: string,
  ranges: readonly { readonly firstLine: number; readonly lineCount: number }[],
): readonly AddedLine[] {
  const lines = text.split('\n');
  return ranges.flatMap(({ firstLine, lineCount }) =>
    lines
      .slice(firstLine - 1, firstLine - 1 + lineCount)
      .map((line, index) => ({ line: firstLine + index, text: line, origin: originOf(line) })),
  );
}

function originOf(line: string): LineOrigin {
  if (line.includes('ai:')) return { kind: 'ai', source: SOURCE, evidence: 'exact' };
  if (line.includes('codex:')) return { kind: 'ai', source: OTHER, evidence: 'reformatted' };
  if (line.includes('mixed:')) return { kind: 'mixed', source: SOURCE, evidence: 'edited' };
  return { kind: 'unrecorded' };
}
