// Does a mask change what the client gets, or what is recorded alone? The record is masked in any case.
import { classifyArgument } from '../agents/classify-argument.ts';
import { classifyPlace } from '../agents/classify-place.ts';
import type { Policy } from '../model/policy.ts';
import type { MaskEdit } from '../model/secret.ts';
import type { Field, TextSite } from '../model/wire.ts';
import type { ArgumentText } from '../wire/argument-text.ts';
import type { Reach } from '../wire/channels.ts';

/** Fields of tool calls: by default only what they write is masked, what must match or merely runs is not. */
const OF_CALLS: ReadonlySet<Field> = new Set(['arguments', 'argument', 'freeform']);

interface Mask {
  readonly site: TextSite;
  readonly edit: MaskEdit;
  /** Finds the argument that the edit is in, null where it is in none. */
  readonly place: () => ArgumentText | null;
}

/** @returns `later` for a place in a command whose end may still say that it is written: `echo … > f`. */
export function pickReach(policy: Policy, mask: Mask): Reach | 'later' {
  const { onResponse, toolArguments } = policy.secrets;
  if (policy.mode === 'observe' || onResponse === 'warn' || onResponse === 'off') return 'record';
  if (!OF_CALLS.has(mask.site.field) || toolArguments === 'all') return 'client';
  return toolArguments === 'written' ? reachInCall(mask) : 'record';
}

function reachInCall({ site: { tool }, edit: { pointer }, place }: Mask): Reach | 'later' {
  const around = place();
  const use =
    around === null
      ? classifyArgument(tool, pointer)
      : classifyPlace({ tool, pointer, text: around.text, offset: around.offset });
  if (use === 'written') return 'client';
  return use === 'run' && around?.isWhole === false ? 'later' : 'record';
}
