// What rules did in a conversation.

/** What a rule did with something that was said or asked. */
export interface Ruling {
  /** `blocked`, `held`, `approved`, `denied`, `unapproved`, `warned`, `observed`. */
  readonly effect: string;
  /** `tool-call`, `prompt`, `text`, `http`, `protect`. */
  readonly on: string;
  /** Its name; null for a protected path, whose place says it. */
  readonly rule: string | null;
  readonly tool: string | null;
  /** `FILE:LINE`. */
  readonly place: string | null;
}

/** Between the rule's name and what it met. */
export const RULED: Readonly<Record<string, string>> = {
  blocked: 'blocked',
  held: 'held',
  approved: 'let through, approved:',
  denied: 'refused, denied:',
  unapproved: 'refused, as nobody approved it in time:',
  warned: 'let through with a warning:',
  observed: 'would have stopped',
};
