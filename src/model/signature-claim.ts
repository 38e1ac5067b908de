// Checks of signatures as steps that stop where OpenSSL is asked: what is checked is written once, and whoever has many
// to check lets OpenSSL work on other threads meanwhile.
import { verify, type KeyObject } from 'node:crypto';

/** "This key signed these bytes": true or false, and nothing else. */
export interface SignatureClaim {
  /** null: the kind of key says. */
  readonly hash: string | null;
  readonly data: Uint8Array;
  readonly key: KeyObject;
  /** ECDSA: r‖s of fixed width, as IEEE P1363 has it. */
  readonly signature: Uint8Array;
}

/** Yields each claim and is told whether it holds. */
export type Checking<T> = Generator<SignatureClaim, T, boolean>;

/** Here and now. */
export function settle<T>(checking: Checking<T>): T {
  let step = checking.next();
  while (step.done !== true) step = checking.next(holds(step.value));
  return step.value;
}

/** On libuv's threads: many at a time take as many cores as there are. */
export async function settleAside<T>(checking: Checking<T>): Promise<T> {
  let step = checking.next();
  while (step.done !== true) step = checking.next(await holdsAside(step.value));
  return step.value;
}

const keyOf = ({ key }: SignatureClaim): { key: KeyObject; dsaEncoding: 'ieee-p1363' } => ({
  key,
  dsaEncoding: 'ieee-p1363',
});

const holds = (claim: SignatureClaim): boolean =>
  verify(claim.hash, claim.data, keyOf(claim), claim.signature);

const holdsAside = (claim: SignatureClaim): Promise<boolean> =>
  new Promise((resolve, reject) => {
    verify(claim.hash, claim.data, keyOf(claim), claim.signature, (failure, isGenuine) =>
      failure instanceof Error ? reject(failure) : resolve(isGenuine),
    );
  });
