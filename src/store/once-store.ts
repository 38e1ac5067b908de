// What is good for one time, and no longer than a while: logins under way, codes that stand for one, and names of what was
// seen and must not come again. Whichever instance asks, only one of them gets it.

export interface OnceEntry {
  /** With its kind before it: `code:…`. */
  readonly id: string;
  readonly detail: string;
  readonly untilMs: number;
}

export interface OnceStore {
  /** @returns false where it is there already, also where it is past its time. */
  keepOnce(entry: OnceEntry): Promise<boolean>;
  /** Takes it away. @returns its detail; null where it is not there or past its time. */
  takeOnce(id: string, nowMs: number): Promise<string | null>;
}
