// aitrail identity [show | list | trust KEY | rotate | revoke KEY --since T]
import { noteAgent } from '../flow/session/refuse-agent.ts';
import { listTrusted, showIdentity } from '../flow/attest/show-identity.ts';
import { revokeKey } from '../flow/attest/revoke-key.ts';
import { rotateKey } from '../flow/attest/rotate-key.ts';
import { noteChange } from '../flow/session/note-change.ts';
import { trustKey } from '../flow/attest/trust-key.ts';
import { Fault } from '../model/fault.ts';
import { identityJson, identityLines, trustedJson, trustedLines } from '../print/identity-lines.ts';
import {
  revokedJson,
  revokedLines,
  rotatedJson,
  rotatedLines,
  trustedKeyLines,
} from '../print/key-change-lines.ts';
import type { CommandSpec, Invocation } from './command.ts';
import { momentOf } from './session-filter.ts';

const JSON_OPTION = { flags: '--json', description: 'print one JSON document' } as const;

async function show({ caller, options, out }: Invocation): Promise<number> {
  await noteAgent(caller, 'identity show');
  const view = await showIdentity(caller);
  out.write(options['json'] === true ? identityJson(view) : identityLines(view));
  return 0;
}

const identitySpec: CommandSpec = {
  name: 'identity',
  usage: '',
  summary: 'show, list and trust the keys that sign provenance',
  options: [JSON_OPTION],
  example: 'identity',
  run: show,
};

const showSpec: CommandSpec = {
  name: 'identity show',
  usage: '',
  summary: 'show who signs here, and with which key',
  options: [JSON_OPTION],
  example: 'identity show --json',
  run: show,
};

const listSpec: CommandSpec = {
  name: 'identity list',
  usage: '',
  summary: 'list the signers that are trusted at HEAD',
  options: [JSON_OPTION],
  example: 'identity list',
  run: async ({ caller, options, out }) => {
    const list = await listTrusted(caller);
    out.write(options['json'] === true ? trustedJson(list) : trustedLines(list));
    return 0;
  },
};

const trustSpec: CommandSpec = {
  name: 'identity trust',
  usage: '[key]',
  summary:
    'add a public key, your own by default, to .aitrail/allowed_signers; or a witness to .aitrail/witnesses',
  options: [
    {
      flags: '--principal <name>',
      description: 'mail address, or a role such as ci; default: the comment of the key',
    },
  ],
  example: 'identity trust ~/.ssh/id_ed25519.pub --principal alice@example.com',
  run: async ({ caller, words, options, out }) => {
    const { principal } = options;
    const who = typeof principal === 'string' ? principal : null;
    const key = await trustKey(caller, words[0] ?? null, who);
    if (key.isAdded)
      await noteChange(caller, 'identity trust', {
        key: key.fingerprint,
        principal: key.principal,
      });
    out.write(trustedKeyLines(key));
    return 0;
  },
};

const rotateSpec: CommandSpec = {
  name: 'identity rotate',
  usage: '',
  summary: 'sign with a new key from now on; both keys sign that, and the list gets its line',
  options: [
    { flags: '--to <file>', description: 'a private SSH key of yours, in place of a new one' },
    { flags: '--lost', description: 'the old key cannot sign any more' },
    JSON_OPTION,
  ],
  example: 'identity rotate',
  run: async ({ caller, options, out }) => {
    const to = typeof options['to'] === 'string' ? options['to'] : null;
    const rotated = await rotateKey(caller, { to, isLost: options['lost'] === true });
    await noteChange(caller, 'identity rotate', { key: rotated.to, before: rotated.from });
    out.write(options['json'] === true ? rotatedJson(rotated) : rotatedLines(rotated));
    return 0;
  },
};

const revokeSpec: CommandSpec = {
  name: 'identity revoke',
  usage: '<key>',
  summary: 'end a listed key: from then on what it signs is untrusted',
  options: [
    { flags: '--since <time>', description: 'a date, or an age: 7d, 12h, 30m' },
    JSON_OPTION,
  ],
  example: 'identity revoke SHA256:KEY --since 2026-11-21T09:00:00Z',
  run: async ({ caller, words, options, out }) => {
    const { since } = options;
    const revoked = await revokeKey(caller, words[0] ?? '', () => {
      if (typeof since === 'string') return momentOf('--since', since);
      throw new Fault('USAGE', 'since when?', {
        fix: 'say when the key was last yours alone: --since 2026-11-21T09:00:00Z',
      });
    });
    const { fingerprint: key, since: from } = revoked;
    if (revoked.isChanged) await noteChange(caller, 'identity revoke', { key, since: from });
    out.write(options['json'] === true ? revokedJson(revoked) : revokedLines(revoked));
    return 0;
  },
};

export const commands: readonly CommandSpec[] = [
  identitySpec,
  showSpec,
  listSpec,
  trustSpec,
  rotateSpec,
  revokeSpec,
];
