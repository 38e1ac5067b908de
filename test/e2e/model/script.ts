// What the scripted model does: one list of steps per prompt. Where a conversation stands is told by the requests
// themselves, so that one server answers side calls, retries and resumed conversations alike.

export type Op =
  | { readonly kind: 'write'; readonly path: string; readonly text: string }
  | { readonly kind: 'edit'; readonly path: string; readonly old: string; readonly fresh: string }
  | { readonly kind: 'shell'; readonly command: string }
  /** To a sub-agent. */
  | { readonly kind: 'delegate'; readonly prompt: string };

export interface Step {
  readonly text: string;
  readonly op: Op;
  /** What goes wrong the first time this step is asked for: an error status, or a stream that breaks off. */
  readonly trouble?: 'overloaded' | 'cut';
}

/** `script[part - 1][step]` */
export type Script = readonly (readonly Step[])[];

/** The person's words, marked so that the model knows which part of the script they ask for. */
export const promptOf = (part: number, words: string): string =>
  `${words} (part ${String(part)} of the work)`;

/** Words for a sub-agent: its own conversation is told by them, its parent's by the person's. */
export const taskOf = (part: number, words: string): string =>
  `${words} (task ${String(part)} of the work)`;

const MARK = /\(part (\d) of the work\)/g;
const TASK = /\(task (\d) of the work\)/;

/** 1-based; the newest prompt's. null where the request holds none: a side call. */
export function partIn(text: string): number | null {
  const parts = [...text.matchAll(MARK)].map((match) => Number(match[1]));
  if (parts.length > 0) return Math.max(...parts);
  const task = TASK.exec(text)?.[1];
  return task === undefined ? null : Number(task);
}

/** Call ids say which step they belong to: they come back with the history. */
export const callId = (part: number, step: number): string =>
  `call_p${String(part)}s${String(step)}x${Math.random().toString(36).slice(2, 12)}`;

/** How many steps of a part have been taken, by the ids of their calls. */
export function stepsById(text: string, part: number): number {
  const taken = [...text.matchAll(/call_p(\d)s(\d+)x/g)]
    .filter((match) => Number(match[1]) === part)
    .map((match) => Number(match[2]) + 1);
  return Math.max(0, ...taken);
}
