// One commit's note against a fresh attribution from what was recorded until it was made. A missing recording is no
// contradiction: the log tells what was here once from what never was.
import type { AuditFinding, AuditKind } from '../../model/audit.ts';
import type { AddedLine, LineOrigin } from '../../model/origin.ts';
import type { Statement, StatementExchange } from '../../model/statement.ts';
import type { LocalStore } from '../../store/upkeep-store.ts';
import { attributeCommit, type AttributionWork } from './attribute-commit.ts';
import { openOrigins } from './commit-notes.ts';
import { sha256Hex } from '../../model/sha256.ts';

export interface AuditWork extends AttributionWork {
  readonly store: LocalStore;
}

export interface AuditedLines {
  readonly agreed: number;
  readonly findings: readonly AuditFinding[];
}

/** What became of a recording that a note names. */
type Whereabouts = 'here' | 'pruned' | 'erased' | 'elsewhere' | 'contradicted';

/** @param statement of a note whose signature holds and that names this commit. @throws as attributeCommit. */
export async function auditCommit(
  work: AuditWork,
  commit: string,
  statement: Statement,
): Promise<AuditedLines> {
  const { exchanges, rewrittenFrom, attestedAt } = statement.predicate;
  const places = new Map<string, Whereabouts>();
  for (const exchange of exchanges) places.set(exchange.id, await locate(work.store, exchange));
  const files = await attributeCommit({ ...work, untilMs: Date.parse(attestedAt) }, commit, {
    rewrittenFrom: rewrittenFrom.map(({ gitCommit }) => gitCommit),
  });
  const originOf = openOrigins(statement);
  const findings: AuditFinding[] = [];
  let agreed = 0;
  for (const { path, added } of files)
    for (const line of added) {
      const said = originOf(path, line.line);
      const kind = judgeLine(said, line, places);
      if (kind === null) agreed += 1;
      else addLine(findings, { kind, path, said, found: line.origin }, line.line);
    }
  return { agreed, findings };
}

/** The log keeps the leaf of a recording that is gone. */
async function locate(store: LocalStore, said: StatementExchange): Promise<Whereabouts> {
  const exchange = await store.findExchange(said.id);
  const index = exchange?.logIndex ?? said.logIndex;
  const [leaf] = index === null ? [] : await store.readLog(index, 1);
  const isLeaf = leaf !== undefined && sha256Hex(leaf.data) === said.recordSha256;
  if (exchange?.id !== said.id) return isLeaf ? whyGone(store, said) : 'elsewhere';
  return said.recordSha256 === null || isLeaf ? 'here' : 'contradicted';
}

const whyGone = async (store: LocalStore, { logIndex }: StatementExchange): Promise<Whereabouts> =>
  (logIndex === null ? null : await store.findGone(logIndex)) ?? 'erased';

/** @returns null where note and recordings agree. */
function judgeLine(
  said: LineOrigin,
  { origin: found }: AddedLine,
  places: ReadonlyMap<string, Whereabouts>,
): AuditKind | null {
  const place = said.kind === 'unrecorded' ? 'here' : (places.get(said.source.exchange) ?? 'here');
  if (place === 'contradicted') return 'contradiction';
  if (isSame(said, found)) return null;
  // a line of an AI's that the note keeps silent about: it takes no missing recording to say so
  if (said.kind === 'unrecorded') return 'contradiction';
  if (place !== 'here') return place;
  // what is gone may have been what these lines were told from
  const gone = (['erased', 'pruned'] as const).find((one) => [...places.values()].includes(one));
  return gone ?? 'contradiction';
}

/** The same words may stand in several exchanges of one agent and model: which of them is named says nothing. */
function isSame(said: LineOrigin, found: LineOrigin): boolean {
  if (said.kind === 'unrecorded' || found.kind === 'unrecorded') return said.kind === found.kind;
  const [one, other] = [said.source, found.source];
  return said.kind === found.kind && one.agent === other.agent && one.model === other.model;
}

function addLine(
  findings: AuditFinding[],
  what: Omit<AuditFinding, 'startLine' | 'endLine'>,
  line: number,
): void {
  const last = findings.at(-1);
  if (last !== undefined && last.endLine + 1 === line && keyOf(last) === keyOf(what))
    findings[findings.length - 1] = { ...last, endLine: line };
  else findings.push({ ...what, startLine: line, endLine: line });
}

const keyOf = ({ kind, path, said, found }: Omit<AuditFinding, 'startLine' | 'endLine'>): string =>
  JSON.stringify([kind, path, nameOf(said), nameOf(found)]);

const nameOf = (origin: LineOrigin): readonly string[] =>
  origin.kind === 'unrecorded' ? [] : [origin.kind, origin.source.exchange];
