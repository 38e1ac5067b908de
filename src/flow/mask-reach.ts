// Does a mask change what the client gets, or what is recorded alone? The record is masked in any case.
import { classifyArgument } from '../agents/classify-argument.ts';
import { classifyPlace } from '../agents/classify-place.ts';
import type { Policy } from '../model/policy.ts';
import type { MaskEdit } from '../model/secret.ts';
import type { Field, TextSite } from '../model/wire.ts';
import type { ArgumentText } from '../wire/argument-text.ts';

/** Fields of tool calls: by default only what they write is masked, what must match or merely runs is not. */
const OF_CALLS: ReadonlySet<Field> = new Set(['arguments', 'argument', 'freeform']);

interface Mask {
  readonly site: TextSite;
  readonly edit: MaskEdit;
  /** Finds the argument that the edit is in, null where it is in none. */
  readonly place: () => ArgumentText | null;
}

export function reachesClient(policy: Policy, { site, edit, place }: Mask): boolean {
  const { onResponse, toolArguments } = policy.secrets;
  if (policy.mode === 'observe' || onResponse === 'warn' || onResponse === 'off') return false;
  if (!OF_CALLS.has(site.field)) return true;
  if (toolArguments !== 'written') return toolArguments === 'all';
  const { tool } = site;
  const { pointer } = edit;
  const around = place();
  const use =
    around === null ? classifyArgument(tool, pointer) : classifyPlace({ tool, pointer, ...around });
  return use === 'written';
}
