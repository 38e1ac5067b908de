// The variables that lead a child through the forward proxy, for the child alone: the proxy with the session token as
// its password, and the certificates to trust beside the system's.
import { stateHome } from '../../config/places.ts';
import type { Caller } from '../../model/caller.ts';
import { writeTrustFiles } from '../record/authority-book.ts';
import { parseHop, readHopRules } from '../../proxy/hops.ts';
import type { OpenedSession } from './open-session.ts';

const PROXY_VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'] as const;
/** Those that take a whole list of certificates, in place of the system's. */
const BUNDLE_VARIABLES = [
  'SSL_CERT_FILE',
  'CODEX_CA_CERTIFICATE',
  'CURL_CA_BUNDLE',
  'REQUESTS_CA_BUNDLE',
  'GIT_SSL_CAINFO',
] as const;

/**
 * A proxy that the caller has set already stays in force: it is the next one on the way up.
 *
 * @param notify what the person must know: one line.
 */
export async function openForwarding(
  caller: Caller,
  session: OpenedSession,
  notify: (line: string) => void,
): Promise<Readonly<Record<string, string>>> {
  const { https, http } = readHopRules(caller.env);
  for (const proxy of new Set([https, http]))
    if (proxy !== null && parseHop(proxy) === null)
      notify('the proxy that is set is no HTTP proxy: upstreams are asked directly');
  const { own, bundle } = await writeTrustFiles(caller, stateHome(caller.env));
  const url = session.daemon.url.replace('://', `://aitrail:${session.token}@`);
  const variables: Record<string, string> = {
    // added to Node's own; a file that is named already is in the bundle
    NODE_EXTRA_CA_CERTS: (caller.env['NODE_EXTRA_CA_CERTS'] ?? '') === '' ? own : bundle,
  };
  for (const name of PROXY_VARIABLES) variables[name] = url;
  for (const name of BUNDLE_VARIABLES) variables[name] = bundle;
  return variables;
}
