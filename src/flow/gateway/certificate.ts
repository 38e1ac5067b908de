// The certificate of the gateway, read again when its files change: whoever renews it restarts nothing.
import { readFile } from 'node:fs/promises';
import { unwatchFile, watchFile } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { WriteLog } from '../../daemon/log-file.ts';
import { Fault } from '../../model/fault.ts';
import type { GatewayPlace } from '../../model/team.ts';
import type { Listener } from '../../proxy/listener.ts';

type Files = NonNullable<GatewayPlace['tls']>;

/** Files are looked at rather than watched: orchestrators change the link above them. */
const LOOK_MS = 2000;

/** @throws Fault KEY_UNREADABLE where they cannot be read, are none, or do not fit each other. */
export async function readCertificate(files: Files): Promise<{ cert: string; key: string }> {
  try {
    const [cert, key] = await Promise.all([
      readFile(files.certificate, 'utf8'),
      readFile(files.key, 'utf8'),
    ]);
    createSecureContext({ cert, key });
    return { cert, key };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('KEY_UNREADABLE', `gateway.tls: ${why}`, { cause });
  }
}

/** @param files null: there is nothing to watch. */
export function watchCertificate(
  files: Files | null,
  listener: Pick<Listener, 'renew'>,
  { log, onReload }: { readonly log: WriteLog; readonly onReload: (act: () => void) => void },
): { close(): void } {
  if (files === null) return { close: () => undefined };
  const renew = async (): Promise<void> => {
    try {
      listener.renew(await readCertificate(files));
      log('the certificate was read again');
    } catch (thrown) {
      // half of a pair is there for a moment; the one in use stays
      log(`the certificate in use stays: ${thrown instanceof Error ? thrown.message : ''}`);
    }
  };
  const act = (): void => void renew();
  const paths = [files.certificate, files.key];
  for (const path of paths) watchFile(path, { interval: LOOK_MS, persistent: false }, act);
  onReload(act);
  return {
    close: () => {
      for (const path of paths) unwatchFile(path, act);
    },
  };
}
