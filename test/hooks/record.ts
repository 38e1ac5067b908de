// A recording made without a proxy: what a model wrote, a minute ago.
import { fingerprintEdit } from '../../src/match/fingerprints.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Lab } from '../attest/lab.ts';
import { draft, ending, newSession } from '../store/store-kit.ts';

/** @returns the id of the exchange in which a model wrote the file. */
export const record = (lab: Lab, path: string, text: string): Promise<string> =>
  recordAll(lab, { [path]: text });

/** @returns the id of the exchange in which a model wrote the files. */
export async function recordAll(
  lab: Lab,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const startedAtMs = Date.now() - 60_000;
  const store = await openStore({ home: lab.home, mode: 'write', inProcess: true });
  const session = await newSession(store, { atMs: startedAtMs });
  const begun = draft(session, { startedAtMs });
  await store.beginExchange(begun);
  const key = await store.readKey();
  const emissions = Object.entries(files).map(([path, text], at) => {
    const edit = { kind: 'write', path, text } as const;
    const call = { callId: `c${String(at + 1)}`, tool: 'Write' };
    const fingerprints = fingerprintEdit(key, edit);
    return { ...call, repository: `${lab.repo}/.git`, path, edit, fingerprints };
  });
  await store.endExchange(ending(begun.id, { endedAtMs: startedAtMs + 1000, emissions }));
  await store.close();
  return begun.id;
}
