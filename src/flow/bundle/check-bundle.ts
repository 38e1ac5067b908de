// aitrail verify --bundle: a file, and nothing else of the machine that made it. What can be computed is computed; whose
// word counts is said by the list in the bundle, or by one that the reader brings along.
import { parseAllowedSigners } from '../../attest/allowed-signers.ts';
import { lineSha256, openApproval } from '../../attest/approval-envelope.ts';
import { openBundle, type OpenedBundle, type Problem } from '../../attest/bundle-file.ts';
import { parseRotations } from '../../attest/rotation.ts';
import { fingerprintOf } from '../../attest/ssh-key.ts';
import { judgeSigner, type Trust } from '../../attest/trust.ts';
import type { CheckedBundle } from '../../model/bundle.ts';
import { isString } from '../../model/json.ts';
import { SIGNATURE_NAMESPACE } from '../../model/statement.ts';
import { FOLDERS, LISTED, TIP_LISTED, WITNESSES } from './bundle-members.ts';
import { checkCommits, type BundledCommit } from './check-commits.ts';
import { checkLogMembers } from './check-log-members.ts';
import { checkBundledRecords } from './check-records.ts';
import { sha256Hex } from '../../model/sha256.ts';

/** @param signers text of the reader's own list; null: the one in the bundle. Never throws for what a bundle holds. */
export function checkBundle(bytes: Uint8Array, signers: string | null): CheckedBundle {
  const bundle = openBundle(bytes);
  const trust = trustOf(bundle, signers);
  const commits = checkCommits(bundle, trust);
  const good = commits.filter(({ verdict }) => verdict.status === 'verified');
  const statements = good.flatMap(({ statement }) => statement ?? []);
  const log = checkLogMembers(bundle, statements, trust.witnesses ?? []);
  const records = checkBundledRecords(bundle, log.vkey);
  const problems = [
    ...bundle.problems,
    ...checkBundler(bundle, trust),
    ...log.problems,
    ...records.problems,
    ...checkNamed(good, records.leaves),
    ...checkBundledApprovals(bundle, good, trust),
  ];
  const { manifest, publicKey } = bundle;
  return {
    isOk: problems.length === 0 && good.length === commits.length,
    about: manifest?.about ?? null,
    createdAt: manifest?.createdAt ?? null,
    bundledBy:
      manifest === null || publicKey === null
        ? null
        : { principal: manifest.bundledBy, fingerprint: fingerprintOf(publicKey) },
    trustedBy: trust.source.kind === 'file' ? trust.source.name : 'nobody',
    commits: commits.map(({ verdict, subject }) => ({ ...verdict, subject })),
    records: records.leaves.size,
    approvals: [...bundle.members.keys()].filter((name) => name.startsWith(FOLDERS.approval))
      .length,
    log: log.log,
    witnessed: log.witnessed,
    problems,
  };
}

function trustOf({ members }: OpenedBundle, signers: string | null): Trust {
  const textAt = (name: string): string | null => {
    const body = members.get(name);
    return isString(body) ? body : null;
  };
  const own = textAt(LISTED);
  const tip = textAt(TIP_LISTED) ?? '';
  const list = signers ?? own;
  return {
    source:
      list === null
        ? { kind: 'none' }
        : { kind: 'file', name: signers === null ? `${LISTED} in the bundle itself` : 'your list' },
    signers: parseAllowedSigners(list ?? '').signers,
    ownKeys: [],
    rotations: parseRotations(tip),
    ended: parseAllowedSigners(tip).signers.filter(({ isAuthority }) => !isAuthority),
    witnesses: (textAt(WITNESSES) ?? '').split('\n').map((line) => line.trim()),
  };
}

/** Whoever put the bundle together answers for what nothing else signs: policy, witnesses, which commits. */
function checkBundler({ manifest, publicKey }: OpenedBundle, trust: Trust): readonly Problem[] {
  if (manifest === null || publicKey === null) return [];
  const answer = judgeSigner(trust, {
    publicKey,
    committer: manifest.bundledBy,
    namespace: SIGNATURE_NAMESPACE,
    atMs: Date.now(),
  });
  return answer.kind === 'trusted'
    ? []
    : [{ member: 'manifest', why: `untrusted-signer: ${answer.why}` }];
}

/** Statements name records by their leaf. */
function checkNamed(
  good: readonly BundledCommit[],
  leaves: ReadonlyMap<string, string>,
): readonly Problem[] {
  return good.flatMap(({ statement, verdict }) =>
    (statement?.predicate.exchanges ?? []).flatMap(({ id, recordSha256 }) => {
      const leaf = leaves.get(id);
      if (leaf === undefined || recordSha256 === null || leaf === recordSha256) return [];
      const why = `is not what the note of ${verdict.commit.slice(0, 12)} names`;
      return [{ member: `${FOLDERS.record}${id}`, why }];
    }),
  );
}

function checkBundledApprovals(
  { members }: OpenedBundle,
  good: readonly BundledCommit[],
  trust: Trust,
): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [member, body] of members) {
    if (!member.startsWith(FOLDERS.approval)) continue;
    const opened = isString(body) ? openApproval(body) : null;
    if (opened === null || `${FOLDERS.approval}${lineSha256(opened.line)}` !== member)
      problems.push({ member, why: 'is no signed line about an approval' });
    else if (opened.kind === 'decision') {
      const { approver } = opened.decision;
      const who = { publicKey: opened.publicKey, committer: approver, atMs: Date.now() };
      const answer = judgeSigner(trust, { ...who, namespace: SIGNATURE_NAMESPACE });
      if (answer.kind !== 'trusted')
        problems.push({ member, why: `untrusted-signer: ${answer.why}` });
    }
  }
  const wrong = good.flatMap(({ statement, verdict }) =>
    (statement?.predicate.approvals ?? []).flatMap(({ decision, decisionSha256 }) =>
      sha256Hex(decision) === decisionSha256 && members.has(`${FOLDERS.approval}${decisionSha256}`)
        ? []
        : [
            {
              member: `${FOLDERS.approval}${decisionSha256}`,
              why: `is missing: the note of ${verdict.commit.slice(0, 12)} names it`,
            },
          ],
    ),
  );
  return [...problems, ...wrong];
}
