// The paths that a tool call would write for sure: what a rule may stop before the call runs. What only might write a
// file is left to the check of the commit, so that reading and mentioning a file is never stopped.
import { findSureTargets, targetsOfEdit } from '../extract/shell-writes.ts';
import type { Edit } from '../model/edit.ts';
import type { ToolCall } from '../model/wire.ts';
import { findEdits } from './find-edits.ts';
import { directoryOf } from './tool-shape.ts';

const CODE_MODE = /(?:^|[.:_])exec$/;

/**
 * @param agent name as recognised, null where not known.
 * @returns paths as the agent says them, each once.
 * @throws never.
 */
export function findTargets(agent: string | null, call: ToolCall): readonly string[] {
  // a program in the place of arguments is Codex' code mode, whoever asks
  const reader = CODE_MODE.test(call.name) ? 'codex' : agent;
  const edits = findEdits(reader, [{ kind: 'tool-call', call }]).flatMap((found) => found.edits);
  return [...new Set(edits.flatMap((edit) => [...targetsOfEdit(edit), ...sureOf(edit, call)]))];
}

/** A command's paths start where its call says that it runs. */
function sureOf(edit: Edit, call: ToolCall): readonly string[] {
  if (edit.kind !== 'command') return [];
  const sure = findSureTargets(edit.command, directoryOf(call.input));
  return edit.paths.filter((path) => sure.some((one) => path === one || path.endsWith(`/${one}`)));
}
