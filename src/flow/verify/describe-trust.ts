// Where a list of trusted signers came from, in words for people.
import type { TrustSource } from '../../attest/trust.ts';

export function describeTrust(source: TrustSource): string {
  switch (source.kind) {
    case 'file':
      return source.name;
    case 'own-key':
      return "this machine's own key (no .aitrail/allowed_signers there, none in git's configuration)";
    case 'none':
      return 'nobody (no .aitrail/allowed_signers there, and no key on this machine)';
  }
}
