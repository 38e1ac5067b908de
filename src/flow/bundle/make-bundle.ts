// aitrail bundle: everything that is known of a session, or of commits, in one file that verifies without this machine.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatBundle, type Member } from '../../attest/bundle-file.ts';
import { lineSha256, openApproval } from '../../attest/approval-envelope.ts';
import { openSigned } from '../../attest/open-signed.ts';
import { PACKAGE_KEY, REPOSITORY_FILES } from '../../config/read-places.ts';
import { stateHome } from '../../config/places.ts';
import { readApprovalLines } from '../../git/approval-refs.ts';
import { readNotes } from '../../git/notes.ts';
import { openObjects, type Objects } from '../../git/objects.ts';
import { findRepository, type Repository } from '../../git/open-repository.ts';
import { openCheckpoint } from '../../log/check-proof.ts';
import { parseProof } from '../../log/checkpoint.ts';
import type { Caller } from '../../model/caller.ts';
import { isString } from '../../model/json.ts';
import type { MadeBundle } from '../../model/bundle.ts';
import type { Statement } from '../../model/statement.ts';
import type { Store } from '../../store/store.ts';
import { openSigner } from '../attest/open-signer.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { readStore } from '../show/read-store.ts';
import { SIGNERS_FILE, WITNESSES_FILE } from '../verify/read-trust.ts';
import {
  bytesMember,
  FOLDERS,
  LISTED,
  textMember,
  TIP_LISTED,
  WITNESSES,
} from './bundle-members.ts';
import { gatherLog, gatherRecords, openLog } from './gather-records.ts';
import { chooseSubject, type Subject } from './choose-subject.ts';

/** @param word a session's id, a range or a revision. @throws Fault NO_SUCH_SESSION, NO_SUCH_REVISION, NO_SIGNER, SIGNER_LOCKED. */
export const makeBundle = (caller: Caller, word: string): Promise<MadeBundle> =>
  readStore(caller, async (store) => {
    const repository = await findRepository(caller);
    const objects = openObjects(caller);
    try {
      const subject = await chooseSubject({ caller, repository, objects, store }, word);
      const of = repository === null ? [] : await gatherCommits(repository, objects, subject);
      const statements = statementsIn(of);
      const records = await gatherEvidence(caller, store, { subject, statements });
      const signer = await openSigner(caller, await loadPolicy(caller, repository));
      const members = [...of, ...records];
      const text = await formatBundle(
        members,
        { about: subject.about, createdAt: new Date().toISOString(), bundledBy: signer.principal },
        signer,
      );
      const count = (folder: string): number =>
        members.filter(({ name }) => name.startsWith(folder)).length;
      return {
        about: subject.about,
        text,
        commits: count(FOLDERS.commit),
        records: count(FOLDERS.record),
        approvals: count(FOLDERS.approval),
      };
    } finally {
      objects.close();
    }
  });

const statementsIn = (members: readonly Member[]): readonly Statement[] =>
  members
    .filter(({ name }) => name.startsWith(FOLDERS.note))
    .flatMap(({ body }) => (isString(body) ? body.split('\n') : []))
    .flatMap((line) => {
      const opened = openSigned(line);
      return opened.kind === 'signed' ? [opened.statement] : [];
    });

async function gatherCommits(
  repository: Repository,
  objects: Objects,
  { commits, base, tip }: Subject,
): Promise<readonly Member[]> {
  const notes = await readNotes(repository, objects, commits);
  const members: Member[] = [];
  for (const commit of commits) {
    const object = await objects.read(commit);
    if (object !== null) members.push(bytesMember(`${FOLDERS.commit}${commit}`, object.bytes));
    const lines = notes.get(commit);
    if (lines !== undefined)
      members.push(textMember(`${FOLDERS.note}${commit}`, `${lines.join('\n')}\n`));
  }
  const files = [
    [LISTED, base, SIGNERS_FILE],
    [TIP_LISTED, tip, SIGNERS_FILE],
    [WITNESSES, base, WITNESSES_FILE],
    ...REPOSITORY_FILES.map((name) => [`${FOLDERS.policy}${name}`, base, name] as const),
  ] as const;
  for (const [name, revision, path] of files) {
    const file = revision === null ? null : await objects.read(`${revision}:${path}`);
    if (file?.type === 'blob' && isTelling(path, file.bytes))
      members.push(textMember(name, file.bytes.toString('utf8')));
  }
  return [...members, ...(await gatherApprovals(repository, objects, members))];
}

/** A package.json without a policy says nothing here. */
const isTelling = (path: string, bytes: Buffer): boolean =>
  path !== 'package.json' || bytes.includes(`"${PACKAGE_KEY}"`);

/** Requests and answers to what the commits' statements name. */
async function gatherApprovals(
  repository: Repository,
  objects: Objects,
  members: readonly Member[],
): Promise<readonly Member[]> {
  const stated = statementsIn(members).flatMap(({ predicate }) => predicate.approvals);
  const ids = new Set(stated.map(({ id }) => id));
  if (ids.size === 0) return [];
  const kept = (await readApprovalLines(repository, objects)).filter((line) => {
    const opened = openApproval(line);
    if (opened === null) return false;
    return ids.has(opened.kind === 'request' ? opened.request.id : opened.decision.id);
  });
  const lines = new Set([...stated.map(({ decision }) => decision), ...kept]);
  return [...lines].map((line) => textMember(`${FOLDERS.approval}${lineSha256(line)}`, line));
}

interface EvidenceFacts {
  readonly subject: Subject;
  readonly statements: readonly Statement[];
}

async function gatherEvidence(
  caller: Caller,
  store: Store,
  { subject, statements }: EvidenceFacts,
): Promise<readonly Member[]> {
  const named = statements.flatMap(({ predicate }) => predicate.exchanges.map(({ id }) => id));
  const here = await Promise.all(
    [...new Set(named)].map(async (id) => ((await store.findExchange(id))?.id === id ? [id] : [])),
  );
  const log = await openLog(store);
  const sizes = statements.flatMap(({ predicate }) =>
    predicate.log?.vkey === log.signed.vkey
      ? (openCheckpoint(parseProof(predicate.log.proof)?.checkpoint ?? '', log.signed.vkey)?.size ??
        [])
      : [],
  );
  const cosigned = await readFile(join(stateHome(caller.env), 'log', 'cosigned'), 'utf8').catch(
    () => null, // no witness was asked
  );
  const ids = new Set([...subject.exchanges, ...here.flat()]);
  return [...(await gatherRecords(log, [...ids])), ...gatherLog(log, sizes, cosigned)];
}
