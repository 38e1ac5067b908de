// Holds the events of a unit that rules judge until it is whole and judged; whatever follows waits behind it, only signs
// of life pass. What was refused reaches the record as the model sent it and the client as words of ours.
import type { Released } from './event-queue.ts';
import type { GateWatch, OwnEvent, ReplyGate, Unit } from './gate.ts';

/** Words for the agent in place of what is refused; null lets it pass. */
export type UnitVerdict = string | null;

export interface GatePolicy {
  readonly watch: GateWatch;
  /** A promise where it takes time, or a person, to decide. Whatever it throws refuses the whole reply. */
  judge(unit: Unit): UnitVerdict | Promise<UnitVerdict>;
}

export interface GatedEvents {
  push(released: readonly Released[]): readonly Released[];
  /** What a held event waits for, null where none does. Never rejects: `resume` throws instead. */
  held(): Promise<void> | null;
  /** To be called once `held` has resolved. */
  resume(): readonly Released[];
  /** No more events: what was never whole reaches the record alone. */
  end(): readonly Released[];
  /** Units that the client did not get. */
  withheld(): readonly Unit[];
}

interface State {
  readonly gate: ReplyGate;
  readonly policy: GatePolicy;
  readonly refused: Map<string, string>;
  readonly withheld: Unit[];
  /** Events of unfinished units and what follows them. */
  waiting: Released[];
  /** Came while somebody decides. */
  backlog: Released[];
  judging: Judging | null;
  isOpen: boolean;
}

interface Judging {
  readonly units: readonly Unit[];
  readonly settled: Promise<void>;
  verdicts: readonly UnitVerdict[] | null;
  thrown: unknown;
}

export function openGatedEvents(gate: ReplyGate, policy: GatePolicy): GatedEvents {
  const state: State = {
    gate,
    policy,
    refused: new Map(),
    withheld: [],
    waiting: [],
    backlog: [],
    judging: null,
    isOpen: false,
  };
  return {
    push: (released) => pushAll(state, released),
    held: () => state.judging?.settled ?? null,
    resume: () => resume(state),
    end: () => {
      const rest = [...state.waiting.splice(0), ...state.backlog.splice(0)];
      return rest.map(recordOnly);
    },
    withheld: () => [...state.withheld, ...(state.judging?.units ?? [])],
  };
}

function pushAll(state: State, released: readonly Released[]): readonly Released[] {
  const out: Released[] = [];
  for (const [at, one] of released.entries()) {
    if (one.event?.isIdle === true) out.push(one);
    else if (state.judging === null) out.push(...take(state, one));
    else {
      state.backlog.push(...released.slice(at));
      return out;
    }
  }
  return out;
}

function take(state: State, one: Released): readonly Released[] {
  const { event } = one;
  const reading =
    event === null ? { ended: [], isOpen: state.isOpen } : state.gate.read(event.json, event.name);
  state.isOpen = reading.isOpen;
  // the client takes the reply as over: a unit that is open now was never finished
  if (one.isTerminal && reading.isOpen) {
    state.isOpen = false;
    return [...state.waiting.splice(0).map(recordOnly), one];
  }
  state.waiting.push(one);
  if (reading.ended.length > 0) judge(state, reading.ended);
  return state.judging === null && !state.isOpen ? drain(state) : [];
}

function judge(state: State, units: readonly Unit[]): void {
  const verdicts = units.map((unit) => state.policy.judge(unit));
  if (verdicts.every(isKnown)) return settle(state, units, verdicts);
  const judging: Judging = {
    units,
    verdicts: null,
    thrown: null,
    settled: Promise.all(verdicts.map((verdict) => Promise.resolve(verdict))).then(
      (all) => void (judging.verdicts = all),
      (thrown: unknown) => void (judging.thrown = thrown),
    ),
  };
  state.judging = judging;
}

const isKnown = (verdict: UnitVerdict | Promise<UnitVerdict>): verdict is UnitVerdict =>
  !(verdict instanceof Promise);

function settle(state: State, units: readonly Unit[], verdicts: readonly UnitVerdict[]): void {
  for (const [at, unit] of units.entries()) {
    const words = verdicts[at] ?? null;
    if (words === null) continue;
    state.refused.set(unit.key, words);
    state.withheld.push(unit);
  }
}

function resume(state: State): readonly Released[] {
  const { judging } = state;
  if (judging === null) return [];
  if (judging.verdicts === null) throw judging.thrown ?? new Error('a verdict is missing');
  settle(state, judging.units, judging.verdicts);
  state.judging = null;
  const out = state.isOpen ? [] : drain(state);
  return [...out, ...pushAll(state, state.backlog.splice(0))];
}

const drain = (state: State): readonly Released[] =>
  state.waiting.splice(0).map((one) => rewrite(state, one));

function rewrite({ gate, refused }: State, one: Released): Released {
  if (one.event === null) return one;
  const own = gate.rewrite(one.event.json, one.event.name, refused);
  return own === null ? one : { ...one, client: write(one.event, own) };
}

function write(event: NonNullable<Released['event']>, own: readonly OwnEvent[]): Uint8Array {
  const [only] = own;
  if (only === undefined) return EMPTY;
  if (own.length === 1 && (only.event === event.name || event.name === null))
    return event.rewrite(JSON.stringify(only.json));
  const frames = own.map(({ event: name, json }) => {
    const field = event.name === null || name === null ? '' : `event: ${name}\n`;
    return `${field}data: ${JSON.stringify(json)}\n\n`;
  });
  return Buffer.from(frames.join(''), 'utf8');
}

const EMPTY = new Uint8Array(0);

const recordOnly = (one: Released): Released => ({ ...one, client: EMPTY });
