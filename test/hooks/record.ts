// A recording made without a proxy: what a model wrote, a minute ago.
import { fingerprintEdit } from '../../src/match/fingerprints.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Lab } from '../attest/lab.ts';
import { draft, ending, newSession } from '../store/store-kit.ts';

/** @returns the id of the exchange in which a model wrote the file. */
export async function record(lab: Lab, path: string, text: string): Promise<string> {
  const startedAtMs = Date.now() - 60_000;
  const store = await openStore({ home: lab.home, mode: 'write', inProcess: true });
  const session = await newSession(store, { atMs: startedAtMs });
  const begun = draft(session, { startedAtMs });
  await store.beginExchange(begun);
  const edit = { kind: 'write', path, text } as const;
  const fingerprints = fingerprintEdit(await store.readKey(), edit);
  const emission = { callId: 'c1', tool: 'Write', repository: `${lab.repo}/.git`, path, edit };
  const endedAtMs = startedAtMs + 1000;
  await store.endExchange(
    ending(begun.id, { endedAtMs, emissions: [{ ...emission, fingerprints }] }),
  );
  await store.close();
  return begun.id;
}
