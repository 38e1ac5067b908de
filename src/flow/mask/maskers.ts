// Scanners for what passes through the proxy: the policy's own rules, and values that are known to be secret because
// they came as a credential or a rule found them before.
import { canonicalJson } from '../../model/canonical-json.ts';
import type { Policy } from '../../model/policy.ts';
import { secretValues } from '../../secrets/env-file.ts';
import { type MaskedValue, type Masker, maskText } from '../../secrets/mask-text.ts';
import { makePlaceholder } from '../../secrets/placeholder.ts';
import { openScanner } from '../../secrets/scanner.ts';
import { openRequestMasker, type RequestMasker } from '../../wire/mask-request.ts';
import type { TextMasker } from '../../wire/text-masker.ts';
import { sha256Hex } from '../../model/sha256.ts';

/** One policy's way of masking: replies as they stream, requests and headers for the record. */
export interface PolicyMasker {
  readonly stream: Masker;
  /** For text that goes to the client as the model wrote it, placeholders included. */
  readonly sealed: Masker;
  readonly text: TextMasker;
  readonly requests: RequestMasker;
  /** Does the placeholder stand for a value that the session brought, rather than one that a rule alone found? */
  readonly isKnown: (placeholder: string) => boolean;
}

export interface Maskers {
  /** Adds a value that must never be written down; too short ones are no secrets. */
  learn(value: string): void;
  /**
   * @param known more values that are secret here: those of one session.
   * @throws Fault CONFIG_INVALID for a rule of the policy that cannot be translated.
   */
  of(policy: Policy, known?: readonly string[]): PolicyMasker;
  /** For our own log: no rules but the built-in ones. */
  mask(text: string): string;
}

/**
 * Is a value that a rule found long and mixed enough to be a secret wherever it stands? A word that only its key made
 * suspicious is not.
 */
const isStrong = (value: string): boolean =>
  value.length >= STRONG_CHARACTERS_MIN &&
  !/\s/.test(value) &&
  [/[a-z]/, /[A-Z]/, /\d/].every((kind) => kind.test(value));

const STRONG_CHARACTERS_MIN = 20;
/** Below this a value turns up by accident. */
const KNOWN_CHARACTERS_MIN = 12;
/** The oldest are forgotten: sessions come and go while the daemon stays. */
const KNOWN_MAX = 500;
/** Sets of rules and known values that are kept ready. */
const OPENED_MAX = 32;

export interface MaskersWork {
  /** The store's: placeholders are made with it. */
  readonly key: Uint8Array;
  /** Its secrets are known from the start. */
  readonly env: Readonly<Record<string, string>>;
  /** Keeps values for `reveal`; used only under policies that turn the vault on. */
  readonly keep: (masked: MaskedValue) => void;
}

interface MaskedFor extends Pick<Policy['secrets'], 'rules' | 'isVaultOn'> {
  readonly known: readonly string[];
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
  for (const value of secretValues(Object.entries(env))) learn(value);
  const nameOf = openNames();
  const open = (secrets: MaskedFor) => {
    const { rules, isVaultOn } = secrets;
    const name = nameOf(secrets);
    const masker =
      opened.get(name) ??
      openPolicyMasker(isOneOf(secrets.known, key), {
        key,
        scanner: openScanner({ rules, known: [...known, ...secrets.known] }),
        onMasked: (masked) => {
          // named by its key in one place, it may stand bare in the next
          if (isStrong(masked.value)) learn(masked.value);
          if (isVaultOn) keep(masked);
        },
      });
    opened.delete(name); // the latest use is the last entry
    opened.set(name, masker);
    const oldest = opened.keys().next();
    if (opened.size > OPENED_MAX && oldest.done !== true) opened.delete(oldest.value);
    return masker;
  };
  return {
    learn,
    of: ({ secrets: { rules, isVaultOn } }, more = NONE) => open({ rules, isVaultOn, known: more }),
    mask: (text) =>
      maskText(open({ rules: NO_RULES, isVaultOn: false, known: NONE }).stream, text).text,
  };
}

const NONE: readonly string[] = [];
const NO_RULES: MaskedFor['rules'] = [];

/** What stands for a set of rules and values; remembered for lists that are the same ones again. */
function openNames(): (secrets: MaskedFor) => string {
  const named = new WeakMap<readonly string[], { readonly of: MaskedFor; readonly name: string }>();
  return (secrets) => {
    const { rules, isVaultOn, known } = secrets;
    const last = named.get(known);
    if (last !== undefined && last.of.rules === rules && last.of.isVaultOn === isVaultOn)
      return last.name;
    // by digest: a name that holds the values would keep them once more
    const name = sha256Hex(canonicalJson(secrets));
    named.set(known, { of: secrets, name });
    return name;
  };
}

/** The end of a placeholder is its value's alone; the kind before it is the rule's. */
const DIGEST_CHARACTERS = 8;
const digestOf = (placeholder: string): string => placeholder.slice(-DIGEST_CHARACTERS);

const isOneOf = (values: readonly string[], key: Uint8Array): PolicyMasker['isKnown'] => {
  const digests = new Set(values.map((value) => digestOf(makePlaceholder(key, '', value))));
  return (placeholder) => digests.has(digestOf(placeholder));
};

export function openPolicyMasker(isKnown: PolicyMasker['isKnown'], stream: Masker): PolicyMasker {
  const text: TextMasker = {
    maskText: (said) => maskText(stream, said),
    hide: (kind, value) => makePlaceholder(stream.key, kind, value),
  };
  return { stream, sealed: stream, text, requests: openRequestMasker(text), isKnown };
}
