// What the thread that asks and the thread that owns the store say to each other.
import type { FaultCode } from '../model/fault.ts';
import type { EmbeddedOptions } from './embedded-store.ts';
import type { CallName } from './sync-store.ts';
import type { LocalStore } from './upkeep-store.ts';

/** One call; `args` are the call's own. */
export type Call<Name extends CallName = CallName> = {
  [Each in Name]: {
    readonly id: number;
    readonly name: Each;
    readonly args: Parameters<LocalStore[Each]>;
  };
}[Name];

export type ToOwner =
  | { readonly kind: 'calls'; readonly calls: readonly Call[] } // in order
  | { readonly kind: 'close' };

export type FromOwner =
  | { readonly kind: 'opened' }
  | { readonly kind: 'failed'; readonly failure: Failure } // it could not be opened
  | { readonly kind: 'answers'; readonly answers: readonly Answer[] }
  | { readonly kind: 'closed' };

/** `value` is what the call of that id returns. */
export type Answer =
  | { readonly id: number; readonly isOk: true; readonly value: unknown }
  | { readonly id: number; readonly isOk: false; readonly failure: Failure };

/** An error that crossed threads; `code` is null for a bug. */
export interface Failure {
  readonly code: FaultCode | null;
  readonly message: string;
  readonly fix: string;
  readonly stack: string;
}

export type OwnerOptions = EmbeddedOptions;
