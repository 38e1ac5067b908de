// verify --vsa: the answer as a SLSA source verification summary (slsa.dev/verification_summary/v1), signed by whoever
// verified, for tools that know nothing of notes. It says what this verifier saw, not that a forge vouches for anything.
import { signPayload } from '../../attest/sign-statement.ts';
import { openRepository } from '../../git/open-repository.ts';
import { gitText } from '../../git/run-git.ts';
import type { Caller } from '../../model/caller.ts';
import { PAYLOAD_TYPE, STATEMENT_TYPE } from '../../model/statement.ts';
import type { Verification } from '../../model/verification.ts';
import { readVersion } from '../../model/version.ts';
import { openSigner } from '../attest/open-signer.ts';
import { loadPolicy } from '../policy/load-policy.ts';

const VSA_TYPE = 'https://slsa.dev/verification_summary/v1';
/** An organisation's own property: SLSA's levels are the forge's to give. */
const LEVEL = 'ORG_SOURCE_AI_PROVENANCE';

/** @returns the envelope's line, ended by LF. @throws Fault NO_SIGNER, SIGNER_LOCKED. */
export async function stateVsa(caller: Caller, { isOk, verdicts }: Verification): Promise<string> {
  const repository = await openRepository(caller);
  const policy = await loadPolicy(caller, repository);
  const signer = await openSigner(caller, policy);
  const remote = await gitText(caller, ['config', '--get', 'remote.origin.url'], {
    okExits: [0, 1],
  });
  const statement = {
    _type: STATEMENT_TYPE,
    subject: verdicts.map(({ commit }) => ({ digest: { gitCommit: commit } })),
    predicateType: VSA_TYPE,
    predicate: {
      verifier: { id: 'https://aitrail.dev/verify', version: { aitrail: readVersion() } },
      timeVerified: new Date().toISOString(),
      resourceUri: uriOf(remote),
      policy: { digest: { sha256: policy.digest } },
      verificationResult: isOk ? 'PASSED' : 'FAILED',
      verifiedLevels: isOk && verdicts.length > 0 ? [LEVEL] : [],
      slsaVersion: '1.2',
    },
  };
  const payload = Buffer.from(JSON.stringify(statement));
  return `${await signPayload({ type: PAYLOAD_TYPE, payload }, signer)}\n`;
}

/** Without user and password; nothing where it is a path of this machine. */
function uriOf(remote: string): string {
  const ssh = /^(?:[^@/]+@)?([\w.-]+):(?!\/\/)(.+)$/.exec(remote);
  if (ssh !== null) return `git+ssh://${ssh[1] ?? ''}/${ssh[2] ?? ''}`;
  if (!/^(?:https?|ssh|git):\/\//.test(remote) || !URL.canParse(remote)) return '';
  const { protocol, host, pathname } = new URL(remote);
  return `git+${protocol}//${host}${pathname}`;
}
