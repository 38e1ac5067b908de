// aitrail identity [show | list | trust KEY]
import { noteAgent } from '../flow/session/refuse-agent.ts';
import { listTrusted, showIdentity } from '../flow/attest/show-identity.ts';
import { trustKey } from '../flow/attest/trust-key.ts';
import { identityJson, identityLines, trustedJson, trustedLines } from '../print/identity-lines.ts';
import type { CommandSpec, Invocation } from './command.ts';

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
  summary: 'add a public key, your own by default, to .aitrail/allowed_signers',
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
    out.write(
      key.isAdded
        ? `${key.file}: ${key.principal} may sign with ${key.fingerprint}\nnext: git add ${key.file} && git commit; it counts for what is committed on top of that\n`
        : `${key.file}: ${key.principal} is listed with ${key.fingerprint} already\n`,
    );
    return 0;
  },
};

export const commands: readonly CommandSpec[] = [identitySpec, showSpec, listSpec, trustSpec];
