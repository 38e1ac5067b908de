// What the rules say to the calls and texts of one reply: those that block hold them in the stream, the others are told
// once the reply is over.
import { realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { callKey } from '../../agents/find-edits.ts';
import { findTargets } from '../../agents/find-targets.ts';
import { decideRule, decideWrites, refusalWords } from '../../guard/decide.ts';
import { heldCall, type HeldSubject, heldText } from '../../guard/held-subjects.ts';
import type { StreamRules } from '../../guard/stream-rules.ts';
import type { Decision } from '../../model/decision.ts';
import type { Policy } from '../../model/policy.ts';
import type { Block } from '../../model/wire.ts';
import type { Unit } from '../../wire/gate.ts';
import type { GatePolicy } from '../../wire/gated-events.ts';
import { expandGlob, isGlob } from '../record/expand-glob.ts';
import type { PathResolver, Standing } from '../record/resolve-path.ts';

export interface ReplyRules {
  readonly policy: Policy;
  readonly rules: StreamRules;
  readonly agent: string | null;
  readonly standing: Standing;
  /** Common git directory whose policy this is. */
  readonly repository: string | null;
  readonly paths: PathResolver;
}

export interface ReplyActs {
  /** Called with every decision that refuses something, before the client learns of it. */
  readonly tell: (decisions: readonly Decision[]) => void;
  /** Somebody must approve it. @returns words for the agent; null where it may pass. */
  readonly hold: (subject: HeldSubject, held: readonly Decision[]) => Promise<string | null>;
}

/** @returns null where nothing can be refused: the reply is not held at all. */
export function openReplyGate(context: ReplyRules, { tell, hold }: ReplyActs): GatePolicy | null {
  const { rules, protect, mode } = context.policy;
  const stops = (on: 'tool-call' | 'text'): boolean =>
    rules.some((rule) => rule.on === on && rule.action !== 'warn');
  const hasCalls = stops('tool-call') || protect.some(({ action }) => action !== 'warn');
  const hasTexts = stops('text');
  if (mode === 'observe' || (!hasCalls && !hasTexts)) return null;
  const answer = (unit: Unit, decisions: readonly Decision[]): Verdict => {
    const blocking = decisions.filter(({ effect }) => effect === 'blocked');
    const held = decisions.filter(({ effect }) => effect === 'held');
    if (blocking.length === 0)
      return held.length === 0
        ? null
        : subjectOf(context, unit).then((subject) => hold(subject, held));
    tell(blocking);
    return refusalWords(blocking);
  };
  return {
    watch: { hasCalls, hasTexts },
    judge: (unit) => {
      const decided = decideUnit(context, unit);
      return decided instanceof Promise
        ? decided.then((decisions) => answer(unit, decisions))
        : answer(unit, decided);
    },
  };
}

type Verdict = ReturnType<GatePolicy['judge']>;

async function subjectOf(context: ReplyRules, unit: Unit): Promise<HeldSubject> {
  if (unit.kind === 'text') return heldText('text', unit.text);
  const targets = findTargets(context.agent, unit.call);
  return heldCall(unit.call, await resolveTargets(context, targets));
}

/** What passed with a warning, or would not have passed. @param withheld units that did not pass. */
export async function decidePassed(
  context: ReplyRules,
  blocks: readonly Block[],
  withheld: readonly Unit[],
): Promise<readonly Decision[]> {
  const stopped = new Set(
    withheld.map((unit) => (unit.kind === 'call' ? callKey(unit.call) : unit.text)),
  );
  const decisions: Decision[] = [];
  for (const unit of blocks.flatMap(unitOf)) {
    if (stopped.has(unit.kind === 'call' ? callKey(unit.call) : unit.text)) continue;
    decisions.push(...(await decideUnit(context, unit)));
  }
  return decisions.filter(({ effect }) => effect === 'warned' || effect === 'observed');
}

function unitOf(block: Block): readonly Unit[] {
  if (block.kind === 'tool-call') return [{ kind: 'call', key: '', call: block.call }];
  return block.kind === 'text' ? [{ kind: 'text', key: '', text: block.text }] : [];
}

/** What the rules say to one call or text. */
export function decideUnit(
  context: ReplyRules,
  unit: Unit,
): readonly Decision[] | Promise<readonly Decision[]> {
  const { mode } = context.policy;
  if (unit.kind === 'text')
    return context.rules.meetText('text', unit.text).map((rule) => decideRule(rule, null, mode));
  const { call } = unit;
  const met = context.rules.meetCall(call).map((rule) => decideRule(rule, call.name, mode));
  if (context.policy.protect.length === 0) return met;
  const targets = findTargets(context.agent, call);
  if (targets.length === 0) return met;
  return resolveTargets(context, targets).then((paths) => [
    ...met,
    ...decideWrites({ tool: call.name, paths }, context.policy),
  ]);
}

/** Paths of the session's repository that the targets mean, as they are spelled and as links lead. */
async function resolveTargets(
  { paths, standing, repository }: ReplyRules,
  targets: readonly string[],
): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const target of targets) {
    const resolved = await paths.resolve(target, standing);
    if (resolved === null || resolved.repository !== repository) continue;
    const { worktree, path } = resolved;
    const named = isGlob(path) ? [path, ...(await expandGlob(worktree, path))] : [path];
    for (const one of named) {
      found.add(one);
      const real = await realpath(join(worktree, one)).catch(() => null);
      const inside = real === null ? '' : relative(worktree, real).split(sep).join('/');
      if (inside !== '' && !inside.startsWith('../')) found.add(inside);
    }
  }
  return [...found];
}
