// The variables that point any client at the proxy: what `aitrail env` prints and what `aitrail run` starts from.
import type { Connected, ConnectTarget } from './agent-spec.ts';

const LOOPBACK = ['127.0.0.1', 'localhost'];

type Pointed = Pick<
  ConnectTarget,
  'baseUrl' | 'hasConnection' | 'session' | 'env' | 'forward' | 'keys'
>;

/** Claude Code wants its base URL without `/v1`, OpenAI's own libraries want it with. */
export function environmentFor(target: Pointed): Readonly<Record<string, string>> {
  const openai = `${target.baseUrl('openai')}/v1`;
  return {
    AITRAIL_SESSION: target.session,
    ANTHROPIC_BASE_URL: target.baseUrl('anthropic'),
    OPENAI_BASE_URL: openai,
    OPENAI_API_BASE: openai,
    GOOGLE_GEMINI_BASE_URL: target.baseUrl('gemini'),
    ...(target.hasConnection('code-assist')
      ? { CODE_ASSIST_ENDPOINT: target.baseUrl('code-assist') }
      : {}),
    ...(target.hasConnection('copilot') ? { COPILOT_API_URL: target.baseUrl('copilot') } : {}),
    ...target.forward,
    ...target.keys,
    ...noProxy(target),
  };
}

/**
 * A corporate HTTP_PROXY would get the loopback requests of every client that was tried: append, never replace. Under our
 * own forward proxy nothing but loopback goes around it: which hosts its way up spares, it knows from the caller's list.
 */
function noProxy({ env, forward = {} }: Pointed): Readonly<Record<string, string>> {
  const isForwarded = Object.keys(forward).length > 0;
  const given = isForwarded ? '' : (env['NO_PROXY'] ?? env['no_proxy'] ?? '');
  const listed = given.split(',').map((host) => host.trim());
  const hosts = [...listed.filter((host) => host !== ''), ...LOOPBACK];
  const value = [...new Set(hosts)].join(',');
  return { NO_PROXY: value, no_proxy: value };
}

/** Would a proxy of somebody else's get what is meant for loopback? */
export const hasOtherProxy = (env: Readonly<Record<string, string>>): boolean =>
  ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'].some(
    (name) => (env[name] ?? '') !== '',
  );

/** A client that the variables alone point. */
export const connectByEnvironment = (target: ConnectTarget): Connected => ({
  env: environmentFor(target),
  unset: [],
  args: [],
  files: [],
  notice: null,
});
