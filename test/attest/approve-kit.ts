// People with keys of their own, the list that names them, and what they sign about approvals.
import { lineSha256, signDecision } from '../../src/attest/approval-envelope.ts';
import { parseAllowedSigners } from '../../src/attest/allowed-signers.ts';
import type { Trust } from '../../src/attest/trust.ts';
import { askApproval } from '../../src/flow/approve/ask-approval.ts';
import { loadPolicy } from '../../src/flow/policy/load-policy.ts';
import { ensureIdentity } from '../../src/flow/attest/open-signer.ts';
import { readApprovalLines, writeApprovalLine } from '../../src/git/approval-refs.ts';
import { openObjects } from '../../src/git/objects.ts';
import { openRepository } from '../../src/git/open-repository.ts';
import { commitSubject, type Subject } from '../../src/guard/approval-subject.ts';
import type { ApprovalDecision, ApprovalRequest } from '../../src/model/approval.ts';
import type { Signer } from '../../src/model/signing.ts';
import { type Lab, openLab } from './lab.ts';

/** A key of its own for each call. */
export async function makeSigner(name: string): Promise<Signer> {
  const lab = openLab({ email: `${name}@example.com` });
  return (await ensureIdentity(lab.caller, { signing: 'auto' })).signer;
}

/** Asks as the lab's person and answers as `signer`: the coming commit adds exactly this file. */
export async function approveFile(
  lab: Lab,
  signer: Signer,
  file: { readonly path: string; readonly text: string },
): Promise<void> {
  lab.write(file.path, file.text);
  const blob = lab.git('hash-object', '-w', file.path);
  const subject = commitSubject([{ path: file.path, old: null, new: `100644 ${blob}` }]);
  const repository = await openRepository(lab.caller);
  const objects = openObjects(lab.caller);
  try {
    const policy = await loadPolicy(lab.caller, repository);
    const draft = requestOf({ what: file.path, digest: subject.digest, subject: subject.text });
    const { request } = await askApproval({ repository, objects, policy }, draft);
    const [line = ''] = await readApprovalLines(repository, objects);
    const { id, digest, expiresAtMs } = request;
    const roots = [lab.git('rev-list', '--max-parents=0', 'HEAD')];
    const given = decisionOf(line, { id, digest, roots, expiresAtMs, atMs: Date.now() });
    await writeApprovalLine(repository, id, await signDecision(given, signer));
  } finally {
    objects.close();
  }
}

export const lineFor = (names: string, { publicKey }: Signer): string => `${names} ${publicKey}\n`;

export const trustOf = (text: string): Trust => ({
  source: { kind: 'file', name: 'test' },
  signers: parseAllowedSigners(text).signers,
  ownKeys: [],
});

const SUBJECT: Subject = commitSubject([
  { path: 'auth.js', old: null, new: `100644 ${'a'.repeat(40)}` },
]);
export const ROOT = 'f'.repeat(40);
export const NOW_MS = Date.parse('2026-03-01T12:00:00Z');
const HOUR_MS = 3_600_000;

export const requestOf = (more: Partial<ApprovalRequest> = {}): ApprovalRequest => ({
  id: 'a0123456789',
  kind: 'commit',
  digest: SUBJECT.digest,
  what: 'auth.js',
  rule: 'auth.js',
  place: null,
  approvers: [],
  session: null,
  exchange: null,
  content: '+login()',
  subject: SUBJECT.text,
  requester: 'alice@example.com',
  remote: null,
  clone: 'c'.repeat(64),
  createdAtMs: NOW_MS - 60_000,
  expiresAtMs: NOW_MS + HOUR_MS,
  ...more,
});

/** @param request the line that is answered. */
export const decisionOf = (
  request: string,
  more: Partial<ApprovalDecision> = {},
): ApprovalDecision => ({
  answer: 'approve',
  id: 'a0123456789',
  kind: 'commit',
  digest: SUBJECT.digest,
  request: lineSha256(request),
  roots: [ROOT],
  approver: 'bob@example.com',
  reason: '',
  atMs: NOW_MS - 1000,
  expiresAtMs: NOW_MS + HOUR_MS,
  ...more,
});
