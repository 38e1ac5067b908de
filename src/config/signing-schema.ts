// Who signs, and what a signature has to be.
import { z } from 'zod';
import { upstream } from './upstream-schema.ts';

export const signing = {
  signing: z
    .enum(['auto', 'ssh', 'gpg', 'keyring', 'file', 'sigstore'])
    .optional()
    .describe(
      'the key that signs provenance; `auto`: the one that git’s settings name (`gpg.format`, `user.signingkey`), else aitrail’s own in the keyring, else in a file; `sigstore`: no lasting key, but the identity that CI vouches for, certified and logged by Sigstore',
    ),
  sigstore: z
    .strictObject({
      fulcio: upstream.optional().describe('who certifies; default: the public Fulcio'),
      rekor: upstream.optional().describe('who logs; default: the public Rekor'),
      timestamp: upstream
        .optional()
        .describe(
          'who says when, by RFC 3161, for a Rekor of version 2, which does not; without it `rekor` is one of version 1',
        ),
    })
    .optional()
    .describe('for `signing: sigstore`: a private instance'),
  requireTouch: z
    .boolean()
    .optional()
    .describe(
      'a person’s signature counts only where a FIDO key was touched for it: `verify` refuses other notes and approvals, and only such a key signs; keys that the list names as a role, such as `ci`, are exempt; a repository’s counts as it stands in the base revision',
    ),
};
