// Scanners for what passes through the proxy: the policy's own rules, and values that are known to be secret because
// they came as a credential.
import { canonicalJson } from '../model/canonical-json.ts';
import type { Policy } from '../model/policy.ts';
import { type MaskedValue, type Masker, maskText } from '../secrets/mask-text.ts';
import { makePlaceholder } from '../secrets/placeholder.ts';
import { openScanner } from '../secrets/scanner.ts';
import { openRequestMasker, type RequestMasker } from '../wire/mask-request.ts';
import type { TextMasker } from '../wire/text-masker.ts';

/** One policy's way of masking: replies as they stream, requests and headers for the record. */
export interface PolicyMasker {
  readonly stream: Masker;
  readonly text: TextMasker;
  readonly requests: RequestMasker;
}

export interface Maskers {
  /** Adds a value that must never be written down; too short ones are no secrets. */
  learn(value: string): void;
  /** @throws Fault CONFIG_INVALID for a rule of the policy that cannot be translated. */
  of(policy: Policy): PolicyMasker;
  /** For our own log: no rules but the built-in ones. */
  mask(text: string): string;
}

/** Below this a value turns up by accident. */
const KNOWN_CHARACTERS_MIN = 12;
/** The oldest are forgotten: sessions come and go while the daemon stays. */
const KNOWN_MAX = 500;
const SECRET_NAME = /(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?)$/i;

export interface MaskersWork {
  /** The store's: placeholders are made with it. */
  readonly key: Uint8Array;
  /** Its secrets are known from the start. */
  readonly env: Readonly<Record<string, string>>;
  /** Keeps values for `reveal`; used only under policies that turn the vault on. */
  readonly keep: (masked: MaskedValue) => void;
}

export function openMaskers({ key, env, keep }: MaskersWork): Maskers {
  const known = new Set<string>();
  const opened = new Map<string, PolicyMasker>();
  const learn = (value: string): void => {
    if (value.length < KNOWN_CHARACTERS_MIN || known.has(value)) return;
    known.add(value);
    for (const oldest of known) if (known.size > KNOWN_MAX) known.delete(oldest);
    opened.clear();
  };
  for (const [name, value] of Object.entries(env))
    if (SECRET_NAME.test(name) && !value.startsWith('/')) learn(value);
  const open = (name: string, secrets: Pick<Policy['secrets'], 'rules' | 'isVaultOn'>) => {
    const { rules, isVaultOn } = secrets;
    const masker =
      opened.get(name) ??
      openPolicyMasker({
        key,
        scanner: openScanner({ rules, known: [...known] }),
        ...(isVaultOn ? { onMasked: keep } : {}),
      });
    opened.set(name, masker);
    return masker;
  };
  return {
    learn,
    of: ({ secrets }) => {
      const { rules, isVaultOn } = secrets;
      return open(canonicalJson([rules, isVaultOn]), secrets);
    },
    mask: (text) => maskText(open('', { rules: [], isVaultOn: false }).stream, text).text,
  };
}

function openPolicyMasker(stream: Masker): PolicyMasker {
  const text: TextMasker = {
    maskText: (said) => maskText(stream, said),
    hide: (kind, value) => makePlaceholder(stream.key, kind, value),
  };
  return { stream, text, requests: openRequestMasker(text) };
}
