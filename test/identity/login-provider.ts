// A real OpenID provider on loopback, and the person before its pages: a browser as far as forms, redirects and cookies go.
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { Provider } from 'oidc-provider';
import { vi } from 'vitest';

export interface LoginProvider {
  readonly issuer: string;
  /** Paths that were asked for, with the method. */
  readonly asked: string[];
  /** Of its ID tokens. */
  lifetimeS: number;
  readonly close: () => Promise<void>;
}

export const CLIENT = 'aitrail-cli';

export async function startLoginProvider(): Promise<LoginProvider> {
  let answer: RequestListener | null = null;
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method ?? ''} ${(request.url ?? '').split('?')[0] ?? ''}`);
    answer?.(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const issuer = `http://127.0.0.1:${String(typeof address === 'object' ? address?.port : 0)}`;
  const made: LoginProvider = {
    issuer,
    asked,
    lifetimeS: 3600,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  // it says at length that it is set up for tests
  const silent = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const openid = makeProvider(issuer, () => made.lifetimeS);
  silent.mockRestore();
  openid.use(async (context, next) => {
    await next();
    if (context.path === '/device/auth') Object.assign(context.body, { interval: 1 });
  });
  answer = openid.callback();
  return made;
}

const makeProvider = (issuer: string, lifetimeS: () => number): Provider =>
  new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT,
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        redirect_uris: ['http://127.0.0.1/callback'],
        grant_types: [
          'authorization_code',
          'refresh_token',
          'urn:ietf:params:oauth:grant-type:device_code',
        ],
        response_types: ['code'],
      },
    ],
    cookies: { keys: ['for tests alone'] },
    features: { deviceFlow: { enabled: true }, revocation: { enabled: true } },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
    conformIdTokenClaims: false,
    ttl: {
      Interaction: 600,
      DeviceCode: 600,
      RefreshToken: 86_400,
      IdToken: lifetimeS,
      AccessToken: 3600,
      Grant: 86_400,
      Session: 86_400,
    },
    findAccount: (_context: unknown, sub: string) => ({
      accountId: sub,
      claims: () => ({
        sub,
        name: 'Ada',
        email: `${sub}@example.com`,
        email_verified: true,
        groups: ['leads'],
      }),
    }),
  });

const STEPS_MAX = 20;

/**
 * Opens a link, logs in and agrees to everything.
 *
 * @returns the text of the last page.
 */
export async function visit(link: string, login: string): Promise<string> {
  const cookies = new Map<string, string>();
  let page: Page = { url: new URL(link), form: null };
  for (let steps = 0; steps < STEPS_MAX; steps += 1) {
    const answer = await open(page, cookies);
    const text = await answer.text();
    const there = answer.headers.get('location');
    const next = there ?? /<form[^>]* action="([^"]+)"/.exec(text)?.[1];
    if (next === undefined) return text;
    page = { url: new URL(next, page.url), form: there === null ? fieldsOf(text, login) : null };
  }
  throw new Error(`the pages of ${link} have no end`);
}

interface Page {
  readonly url: URL;
  /** What is sent there; null: it is only looked at. */
  readonly form: URLSearchParams | null;
}

async function open({ url, form }: Page, cookies: Map<string, string>): Promise<Response> {
  const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
  const sent = form === null ? { method: 'GET' } : { method: 'POST', body: form };
  const answer = await fetch(url, { ...sent, redirect: 'manual', headers: { cookie } });
  for (const line of answer.headers.getSetCookie()) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    cookies.set(name, value);
  }
  return answer;
}

function fieldsOf(page: string, login: string): URLSearchParams {
  const fields = new URLSearchParams();
  for (const [input] of page.matchAll(/<input[^>]*>/g)) {
    const name = /name="([^"]+)"/.exec(input)?.[1];
    if (name === undefined || name === 'abort') continue;
    const value = /value="([^"]*)"/.exec(input)?.[1] ?? '';
    fields.set(name, name === 'login' ? login : name === 'password' ? 'any' : value);
  }
  return fields;
}
