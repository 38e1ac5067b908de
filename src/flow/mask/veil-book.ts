// `onRequest: mask`: a masker for each session that hides values from the model under names of the session's own, and
// turns what the model writes back towards the client. Gone with the session; a client that sends its history again
// fills it anew.
import { openVeil, type Veil } from '../../secrets/veil.ts';
import { openRequestMasker } from '../../wire/mask-request.ts';
import { type Maskers, openPolicyMasker, type PolicyMasker } from './maskers.ts';
import type { Admitted } from '../record/record-exchange.ts';

/** One session's. */
export interface SessionVeil {
  /** The masker for what is known by now. */
  masker(admitted: Pick<Admitted, 'policy' | 'known'>): PolicyMasker;
}

export interface VeilBook {
  /** @returns null where policy hides nothing from the model. */
  of(
    admitted: Pick<Admitted, 'policy' | 'connection' | 'grant'>,
    conversation: string | null,
  ): SessionVeil | null;
  /** The session's token is over. */
  forget(grant: string): void;
}

/** The masker of one exchange: the session's own where it has one. */
export const maskerFor = (
  maskers: Maskers,
  admitted: Pick<Admitted, 'policy' | 'known'>,
  veil: SessionVeil | null,
): PolicyMasker => veil?.masker(admitted) ?? maskers.of(admitted.policy, admitted.known);

const SESSIONS_MAX = 500;

interface Entry {
  readonly grant: string;
  readonly veil: SessionVeil;
}

export function openVeilBook(maskers: Maskers, key: Uint8Array): VeilBook {
  const entries = new Map<string, Entry>();
  return {
    of: ({ policy, connection, grant }, conversation) => {
      const isOn = policy.secrets.onRequest === 'mask' && policy.mode === 'enforce';
      if (!isOn || connection.protocol === 'http') return null;
      const name = JSON.stringify([grant.id, conversation]);
      const entry = entries.get(name) ?? { grant: grant.id, veil: openSessionVeil(maskers, key) };
      entries.delete(name); // the latest use is the last entry
      entries.set(name, entry);
      const oldest = entries.keys().next();
      if (entries.size > SESSIONS_MAX && oldest.done !== true) entries.delete(oldest.value);
      return entry.veil;
    },
    forget: (grant) => {
      for (const [name, entry] of entries) if (entry.grant === grant) entries.delete(name);
    },
  };
}

function openSessionVeil(maskers: Maskers, key: Uint8Array): SessionVeil {
  const veil = openVeil(key);
  let opened: { readonly base: PolicyMasker; readonly masker: PolicyMasker } | null = null;
  return {
    masker: ({ policy, known }) => {
      const base = maskers.of(policy, [...known, ...veil.values()]);
      if (opened?.base !== base) opened = { base, masker: veiled(base, veil) };
      return opened.masker;
    },
  };
}

function veiled(base: PolicyMasker, veil: Veil): PolicyMasker {
  const named = { ...base.stream, name: (rule: string, value: string) => veil.name(rule, value) };
  const masker = openPolicyMasker(base.isKnown, {
    ...named,
    restore: (placeholder) => veil.restore(placeholder),
  });
  // what the model signed may not be altered, but for what was altered on its way to the client
  const requests = openRequestMasker(
    masker.text,
    (placeholder, isSealed) => !isSealed || veil.wasRestored(placeholder),
  );
  return { ...masker, sealed: base.stream, requests };
}
