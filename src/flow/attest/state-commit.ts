// One commit's statement: its facts, its lines' origins, the recordings behind them, and the proof that the log holds
// this very record.
import { formatFiles, listSources, wrapPredicate } from '../../attest/build-statement.ts';
import { envelopeSha256 } from '../../attest/sign-statement.ts';
import { fingerprintOfLine } from '../../attest/ssh-key.ts';
import { readNotes } from '../../git/notes.ts';
import { readPatchIds } from '../../git/patch-ids.ts';
import { Fault } from '../../model/fault.ts';
import type { AttributedFile, Source } from '../../model/origin.ts';
import type { Signer } from '../../model/signing.ts';
import type { Predicate, Statement, StatementExchange } from '../../model/statement.ts';
import type { CommitFacts } from '../../model/verdict.ts';
import { readVersion } from '../../model/version.ts';
import { PLACEHOLDER } from '../../secrets/placeholder.ts';
import type { Store } from '../../store/store.ts';
import type { AttestWork } from './attest-work.ts';
import { attributeCommit } from '../attribute/attribute-commit.ts';
import { readCommitApprovals } from '../approve/commit-approvals.ts';
import { commitLeaf } from './commit-leaf.ts';
import { readNotedExchanges } from '../attribute/noted-exchanges.ts';
import { proveCommit } from './prove-commit.ts';
import { sha256Hex } from '../../model/sha256.ts';

export interface StatementContext {
  readonly rewrittenFrom: readonly string[];
  readonly coverage: Predicate['coverage'];
  readonly signer: Signer;
}

/** Records the commit in the log on the way. @throws Fault STORE_UNREADABLE without a store, and what the store throws. */
export async function stateCommit(
  work: AttestWork,
  facts: CommitFacts,
  context: StatementContext,
): Promise<Statement> {
  const { store, repository } = work;
  if (store === null)
    throw new Fault('STORE_UNREADABLE', 'the recordings cannot be written to just now', {
      fix: 'start the daemon: aitrail proxy start; the next commit or push attests what waits',
    });
  const [attributed, patchIds] = await Promise.all([
    attribute(work, store, { commit: facts.commit, rewrittenFrom: context.rewrittenFrom }),
    readPatchIds(repository, [facts.commit]),
  ]);
  const sources = listSources(attributed);
  const exchanges = sources.map((source) => source.exchange);
  const atMs = Date.now();
  const said = {
    commit: {
      tree: facts.tree,
      parents: facts.parents,
      patchId: patchIds.get(facts.commit) ?? null,
      rawSha256: facts.rawSha256,
    },
    files: formatFiles(attributed, sources),
    exchanges: await describeSources(work, store, {
      sources,
      commits: [...context.rewrittenFrom, ...facts.parents],
    }),
    coverage: context.coverage,
    approvals: await readCommitApprovals(work, facts, exchanges),
    masking: { masked: countPlaceholders(attributed) },
    policy: { sha256: work.policy.digest },
    rewrittenFrom: await nameSources(work, context.rewrittenFrom),
    signer: { kind: context.signer.kind, key: fingerprintOfLine(context.signer.publicKey) },
    attestedAt: new Date(atMs).toISOString(),
    tool: { name: 'aitrail', version: readVersion() },
  } as const;
  const record = { repository: repository.commonDir, commit: facts.commit, atMs, exchanges };
  const { logIndex } = await store.addCommit(record, commitLeaf(facts.commit, said, said));
  const log = await proveCommit(work, store, { logIndex, parents: facts.parents });
  return wrapPredicate(facts.commit, said, log);
}

async function attribute(
  work: AttestWork,
  store: Store,
  what: { readonly commit: string; readonly rewrittenFrom: readonly string[] },
): Promise<readonly AttributedFile[]> {
  const { repository, objects } = work;
  const { commit, rewrittenFrom } = what;
  if (work.attribute !== undefined) return work.attribute(commit, rewrittenFrom);
  const key = await store.readKey();
  return attributeCommit({ repository, objects, store, key }, commit, { rewrittenFrom });
}

/** Exchanges recorded here by their leaf; those known only from another commit's note as that note says. */
async function describeSources(
  work: AttestWork,
  store: Store,
  from: { readonly sources: readonly Source[]; readonly commits: readonly string[] },
): Promise<readonly StatementExchange[]> {
  const { sources } = from;
  const described = await Promise.all(sources.map((source) => describeRecorded(store, source)));
  const missing = sources.filter((_, index) => described[index] === null);
  const noted = await readNotedExchanges(work, missing, from.commits);
  return sources.map(
    (source, index) => described[index] ?? noted.get(source.exchange) ?? unrecorded(source),
  );
}

async function describeRecorded(store: Store, source: Source): Promise<StatementExchange | null> {
  const exchange = await store.findExchange(source.exchange);
  if (exchange === null || exchange.id !== source.exchange) return null;
  const [leaf] = exchange.logIndex === null ? [] : await store.readLog(exchange.logIndex, 1);
  return {
    id: exchange.id,
    session: source.session,
    recordSha256: leaf === undefined ? null : sha256Hex(leaf.data),
    logIndex: exchange.logIndex,
    agent: source.agent,
    model: source.model ?? exchange.model,
    provider: exchange.protocol,
    startedAt: new Date(exchange.startedAtMs).toISOString(),
  };
}

const unrecorded = (source: Source): StatementExchange => ({
  id: source.exchange,
  session: source.session,
  recordSha256: null,
  logIndex: null,
  agent: source.agent,
  model: source.model,
  provider: null,
  startedAt: null,
});

/** How many values that masking replaced stand in the lines that this commit added. */
const countPlaceholders = (files: readonly AttributedFile[]): number =>
  files
    .flatMap((file) => file.added)
    .reduce((count, line) => count + [...line.text.matchAll(PLACEHOLDER)].length, 0);

async function nameSources(
  work: AttestWork,
  commits: readonly string[],
): Promise<Predicate['rewrittenFrom']> {
  const notes = await readNotes(work.repository, work.objects, commits);
  return commits.map((gitCommit) => {
    const line = notes.get(gitCommit)?.at(-1);
    return { gitCommit, envelopeSha256: line === undefined ? null : envelopeSha256(line) };
  });
}
