// Does a mask change what the client gets, or what is recorded alone? The record is masked in any case.
import { classifyArgument } from '../../agents/classify-argument.ts';
import { classifyPlace } from '../../agents/classify-place.ts';
import { PATH_KEYS } from '../../agents/tool-shape.ts';
import type { Policy } from '../../model/policy.ts';
import type { MaskEdit } from '../../model/secret.ts';
import type { Field, TextSite } from '../../model/wire.ts';
import type { ArgumentText } from '../../wire/argument-text.ts';
import type { Reach } from '../../wire/channels.ts';

/** Fields of tool calls: by default only what they write is masked, what must match or merely runs is not. */
const OF_CALLS: ReadonlySet<Field> = new Set(['arguments', 'argument', 'freeform']);

interface Mask {
  readonly site: TextSite;
  readonly edit: MaskEdit;
  /** Finds the argument that the edit is in, null where it is in none. */
  readonly place: () => ArgumentText | null;
  /** Placeholders that this session's calls have written into files. */
  readonly written: ReadonlySet<string>;
  /** Is it a value that the session brought: from its environment, or an `.env` file? */
  readonly isKnown: boolean;
}

/** @returns `later` for a place in a command whose end may still say that it is written: `echo … > f`. */
export function pickReach(policy: Policy, mask: Mask): Reach | 'later' {
  const { onResponse, toolArguments } = policy.secrets;
  if (policy.mode === 'observe' || onResponse === 'warn' || onResponse === 'off') return 'record';
  if (!OF_CALLS.has(mask.site.field) || toolArguments === 'all') return 'client';
  return toolArguments === 'written' ? reachInCall(mask) : 'record';
}

function reachInCall({ site: { tool }, edit, place, written, isKnown }: Mask): Reach | 'later' {
  const { pointer } = edit;
  const around = place();
  const use =
    around === null
      ? classifyArgument(tool, pointer)
      : classifyPlace({ tool, pointer, text: around.text, offset: around.offset });
  if (use === 'written') return isKnown && isInEnvFile(around) ? 'record' : 'client';
  // the file holds the placeholder: an edit that names the value would find nothing
  if (use === 'matched') return written.has(edit.replacement) ? 'client' : 'record';
  return use === 'run' && around?.isWhole === false ? 'later' : 'record';
}

const ENV_PATH = /(?:^|[/\\\s"'>])\.env(?:rc)?(?![\w-])/;
const NAMED_PATH = new RegExp(`"(?:${PATH_KEYS.join('|')})"\\s*:\\s*"((?:[^"\\\\]|\\\\.)*)"`);
const PATCHED_PATH = /^(?:\*\*\* (?:Add|Update) File: |\+\+\+ )(.*)$/gm;
const REDIRECTED = /(?:>|\btee\b(?:\s+-a)?)\s*["']?([^\s"'<>|;&]+)/g;

/** A value that is kept in an `.env` file may stay in one: masking it there would lose what the person keeps. */
function isInEnvFile(around: ArgumentText | null): boolean {
  if (around === null) return false;
  const before = around.text.slice(0, around.offset);
  const named = NAMED_PATH.exec(around.call)?.[1];
  const path =
    named ?? [...before.matchAll(PATCHED_PATH), ...before.matchAll(REDIRECTED)].at(-1)?.[1];
  return path !== undefined && ENV_PATH.test(path);
}
