// One call of one git hook, and what git gets back.
import type { Caller } from '../model/caller.ts';
import type { HookName } from '../model/hook.ts';

export interface HookCall {
  readonly hook: HookName;
  /** The hook's own arguments. */
  readonly words: readonly string[];
  /** Empty for hooks that get none. */
  readonly stdin: string;
  readonly caller: Caller;
}

export interface HookAnswer {
  /** 1 makes git stop; of no effect in post-hooks. */
  readonly exit: 0 | 1;
  /** Whole lines for a person, or empty. */
  readonly stderr: string;
}
