// What one reply wrote → emissions: each edit with the repository and path that it means and the fingerprints it is
// found by.
import { findProse } from '../../agents/find-prose.ts';
import { type CallEdits, findEdits } from '../../agents/find-edits.ts';
import { sealEdit } from '../../match/seal-edit.ts';
import { openTokenizer } from '../../match/tokens.ts';
import { fingerprintEdit } from '../../match/fingerprints.ts';
import type { Edit } from '../../model/edit.ts';
import type { Block } from '../../model/wire.ts';
import type { NewEmission } from '../../store/store.ts';
import type { PathResolver, Resolved, Standing } from './resolve-path.ts';

export interface EmissionContext {
  readonly agent: string | null;
  /** A person's words with the request, where the model may repeat them. */
  readonly told: string | null;
  readonly standing: Standing;
  /** Common git directory of the session's repository: where snippets and commands are looked for. */
  readonly repository: string | null;
  readonly key: Uint8Array;
  readonly paths: PathResolver;
  /** False: edits are kept as the keyed numbers of their words. */
  readonly hasText: boolean;
}

/** @param blocks masked, as the store keeps them. */
export async function findEmissions(
  blocks: readonly Block[],
  context: EmissionContext,
): Promise<readonly NewEmission[]> {
  const { told, key } = context;
  const emissions: NewEmission[] = told === null ? [] : [toldEmission('person', told, key)];
  const said = findProse(blocks);
  if (said !== null) emissions.push(toldEmission('model', said, key));
  for (const call of findEdits(context.agent, blocks))
    for (const edit of call.edits) emissions.push(await emit(call, edit, context));
  if (context.hasText) return emissions;
  const tokenizer = openTokenizer(key);
  return emissions.map((one) => ({ ...one, edit: sealEdit(one.edit, tokenizer) }));
}

/** Words: found by their fingerprints alone, in whichever repository they are repeated or pasted. */
export function toldEmission(by: 'person' | 'model', text: string, key: Uint8Array): NewEmission {
  const edit = { kind: 'told', by, path: null, text } as const;
  return {
    callId: null,
    tool: null,
    repository: null,
    path: null,
    edit,
    fingerprints: fingerprintEdit(key, edit),
  };
}

async function emit(call: CallEdits, said: Edit, context: EmissionContext): Promise<NewEmission> {
  const resolved = await resolveNamed(said, context);
  const edit = await settlePaths(said, context, resolved);
  return {
    callId: call.callId,
    tool: call.tool,
    repository: resolved?.repository ?? context.repository,
    path: resolved?.path ?? null,
    edit,
    fingerprints: fingerprintEdit(context.key, edit),
  };
}

async function resolveNamed(edit: Edit, context: EmissionContext): Promise<Resolved | null> {
  if (edit.kind === 'command' || edit.path === null) return null;
  return context.paths.resolve(edit.path, context.standing);
}

/** The edit with repository-relative paths, where a repository holds them. */
async function settlePaths(
  said: Edit,
  context: EmissionContext,
  resolved: Resolved | null,
): Promise<Edit> {
  const settle = async (path: string): Promise<string> =>
    (await context.paths.resolve(path, context.standing))?.path ?? path;
  if (said.kind === 'command') return { ...said, paths: await Promise.all(said.paths.map(settle)) };
  const edit = resolved === null || said.kind === 'told' ? said : { ...said, path: resolved.path };
  const isMove = (edit.kind === 'patch' || edit.kind === 'rename') && edit.movedTo !== null;
  return isMove ? { ...edit, movedTo: await settle(edit.movedTo) } : edit;
}
