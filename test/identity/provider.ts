// An identity provider on loopback: discovery, keys, and the endpoint at which GitHub's runner gives a job its token.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

export interface Provider {
  readonly issuer: string;
  /** Paths that were asked for. */
  readonly asked: string[];
  /** Signs with the provider's present key. `lifetimeS` may be negative; other claims win over the standard ones. */
  readonly issue: (claims: JWTPayload, lifetimeS?: number) => Promise<string>;
  /** The claims of the tokens that the runner's endpoint gives out. */
  job: JWTPayload;
  /** A new key; the old one is gone from the key set. */
  readonly rotate: () => Promise<void>;
  readonly keySet: () => string;
  /** From now on every request fails. */
  readonly breakDown: () => void;
  readonly requestToken: string;
  readonly close: () => Promise<void>;
}

const makeKey = async (kid: string) => {
  const pair = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(pair.publicKey)), kid, alg: 'RS256', use: 'sig' };
  return { kid, jwk, privateKey: pair.privateKey };
};

export async function startProvider(): Promise<Provider> {
  let [key, count, isBroken] = [await makeKey('key-1'), 1, false];
  const asked: string[] = [];
  const requestToken = ['runner', 'request', 'token'].join('-');
  const issue = (claims: JWTPayload, lifetimeS = 300): Promise<string> => {
    const nowS = Math.floor(Date.now() / 1000);
    return new SignJWT({ iss: issuer, iat: nowS, exp: nowS + lifetimeS, ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: key.kid, typ: 'JWT' })
      .sign(key.privateKey);
  };
  const answer = async (url: URL, authorization: string): Promise<[number, unknown]> => {
    if (isBroken) return [500, {}];
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return [200, { issuer, jwks_uri: `${issuer}/keys` }];
      case '/keys':
        return [200, { keys: [key.jwk] }];
      case '/runner/token':
        if (authorization !== `Bearer ${requestToken}`) return [401, {}];
        return [
          200,
          { value: await issue({ ...made.job, aud: url.searchParams.get('audience') ?? '' }) },
        ];
      default:
        return [404, {}];
    }
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', issuer);
    asked.push(url.pathname);
    void answer(url, request.headers.authorization ?? '').then(([status, body]) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const issuer = `http://127.0.0.1:${String(port)}`;
  const made: Provider = {
    issuer,
    asked,
    issue,
    job: {},
    requestToken,
    keySet: () => JSON.stringify({ keys: [key.jwk] }),
    rotate: async () => {
      count += 1;
      key = await makeKey(`key-${String(count)}`);
    },
    breakDown: () => (isBroken = true),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return made;
}
