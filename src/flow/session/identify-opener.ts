// Who opens a session: a verified token's word, else the environment's, and each fact says which.
import type { CiEnvironment } from '../../identity/ci-facts.ts';
import {
  type Identified,
  identifyByClaims,
  identifyByEnvironment,
} from '../../identity/identify.ts';
import { Fault } from '../../model/fault.ts';
import type { Policy } from '../../model/policy.ts';
import type { Principal } from '../../model/session.ts';
import { plainRefusal } from '../../proxy/refuse.ts';
import type { Recorder } from '../record/record-exchange.ts';

export interface Opener {
  /** git's own idea. */
  readonly principal: Principal;
  /** null outside CI. */
  readonly environment: CiEnvironment | null;
  /** What the platform offered; null where it offers none that is asked for. */
  readonly token: string | null;
}

interface Opened {
  readonly identified: Identified;
  /** One line for the person; null where there is nothing to say. */
  readonly notice: string | null;
}

/** @throws Fault IDENTITY_REFUSED for a token that is no good: whoever has a wrong one is not who they say. */
export async function identifyOpener(
  { identities, maskers, denials, warn }: Recorder,
  policy: Policy,
  { principal, environment, token }: Opener,
): Promise<Opened> {
  const byEnvironment = { identified: identifyByEnvironment(environment, principal), notice: null };
  if (token === null) return byEnvironment;
  maskers.learn(token);
  const reading = await identities(policy.identity, token);
  switch (reading.kind) {
    case 'verified': {
      const identified = identifyByClaims(reading.issuer, reading.claims, environment);
      return { identified, notice: mismatchLine(identified) };
    }
    case 'foreign':
      return byEnvironment;
    case 'unavailable': {
      const notice = `the identity token was not checked, so the job is known by its variables alone: ${reading.why}`;
      warn(notice);
      return { ...byEnvironment, notice };
    }
    case 'refused': {
      const message = `the identity token is not accepted: ${reading.why}`;
      denials.note(plainRefusal(401, 'IDENTITY_REFUSED', message), message);
      throw new Fault('IDENTITY_REFUSED', message);
    }
  }
}

function mismatchLine({ identity }: Identified): string | null {
  if (identity.mismatches.length === 0) return null;
  const facts = identity.mismatches.map(({ fact }) => fact).join(', ');
  return `the environment contradicts the identity token (${facts}): the token counts`;
}
