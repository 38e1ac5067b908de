// Does a mask change what the client gets, or what is recorded alone? The record is masked in any case.
import { classifyArgument } from '../agents/classify-argument.ts';
import type { Policy } from '../model/policy.ts';
import type { MaskEdit } from '../model/secret.ts';
import type { Field, TextSite } from '../model/wire.ts';

/** Fields of tool calls: by default only what they write is masked, what must match or merely runs is not. */
const OF_CALLS: ReadonlySet<Field> = new Set(['arguments', 'argument', 'freeform']);

export function reachesClient(policy: Policy, site: TextSite, edit: MaskEdit): boolean {
  const { onResponse, toolArguments } = policy.secrets;
  if (policy.mode === 'observe' || onResponse === 'warn' || onResponse === 'off') return false;
  if (!OF_CALLS.has(site.field)) return true;
  if (toolArguments !== 'written') return toolArguments === 'all';
  return classifyArgument(site.tool, edit.pointer) === 'written';
}
