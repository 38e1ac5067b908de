// The token that the platform offers a job: in a variable, or for the asking (GitHub Actions).
import { parseJson, stringAt } from '../model/json.ts';
import { issuerOf } from './read-token.ts';

interface Wanted {
  readonly issuer: string;
  readonly audience: string;
  /** Name of the variable that holds it; null: the platform's own ways. */
  readonly variable: string | null;
}

type Env = Readonly<Record<string, string>>;

const ASK_TIMEOUT_MS = 10_000;
/** Ours, for `id_tokens:` of GitLab and the like; CircleCI's own. */
const VARIABLES = ['AITRAIL_ID_TOKEN', 'CIRCLE_OIDC_TOKEN_V2', 'CIRCLE_OIDC_TOKEN'];

/**
 * @returns the first token whose issuer is among those wanted; null where the platform offers none.
 * @throws Error where the platform has one to give and does not.
 */
export async function findOfferedToken(
  env: Env,
  wanted: readonly Wanted[],
): Promise<string | null> {
  for (const one of wanted) {
    const names = one.variable === null ? VARIABLES : [one.variable];
    const held = names
      .map((name) => env[name] ?? '')
      .find((token) => issuerOf(token) === one.issuer);
    if (held !== undefined) return held;
    const asked = one.variable === null ? await askGitHub(env, one.audience) : null;
    if (asked !== null && issuerOf(asked) === one.issuer) return asked;
  }
  return null;
}

/** docs.github.com: a job with `id-token: write` asks the runner for a token of one audience. */
export async function askGitHub(env: Env, audience: string): Promise<string | null> {
  const [place, bearer] = [
    env['ACTIONS_ID_TOKEN_REQUEST_URL'] ?? '',
    env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'] ?? '',
  ];
  if (bearer === '' || !URL.canParse(place)) return null;
  const url = new URL(place);
  url.searchParams.set('audience', audience);
  const answer = await fetch(url, {
    headers: { authorization: `Bearer ${bearer}`, accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(ASK_TIMEOUT_MS),
  });
  if (!answer.ok)
    throw new Error(`the runner answered ${String(answer.status)} when asked for a token`);
  return stringAt(parseJson(await answer.text()), 'value');
}
