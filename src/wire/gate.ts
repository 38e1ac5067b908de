// What rules judge in a reply: whole tool calls, and where a rule asks for it whole texts. A format finds them in its
// events and can write words of ours in the place of one; what is held back and for how long is src/wire/gated-events.ts'.
import type { ToolCall } from '../model/wire.ts';

/** Which parts of a reply are held until they are whole. */
export interface GateWatch {
  readonly hasCalls: boolean;
  readonly hasTexts: boolean;
}

/** A part of a reply that is there as a whole. */
export type Unit =
  | { readonly kind: 'call'; readonly key: string; readonly call: ToolCall }
  | { readonly kind: 'text'; readonly key: string; readonly text: string };

export interface GateReading {
  /** Units that are whole with this event. */
  readonly ended: readonly Unit[];
  /** Is a unit unfinished after it? */
  readonly isOpen: boolean;
}

/** An event of ours, or one of the model's with parts replaced. */
export interface OwnEvent {
  readonly event: string | null;
  readonly json: unknown;
}

/** Of one reply. Events are read in order, and rewritten in that order once all of their units are judged. */
export interface ReplyGate {
  read(json: unknown, event: string | null): GateReading;
  /**
   * The event without what was refused, the stop reason in accord with what is left.
   *
   * @param refused words for the agent by the unit's key.
   * @returns null where the event stays as it is; no event where nothing of it is left.
   */
  rewrite(
    json: unknown,
    event: string | null,
    refused: ReadonlyMap<string, string>,
  ): readonly OwnEvent[] | null;
}
