// What tools other than agents talk to: git's own server, an API server of Kubernetes, a registry of containers, a forge.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';

export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Http2ServerRequest['headers'];
  readonly body: Buffer;
}

export interface Answered {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Reads a request, lets the answer be made and sends it. */
export async function serveOne(
  request: Http2ServerRequest,
  response: Http2ServerResponse,
  answer: (sent: Sent) => Answered | Promise<Answered>,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const { pathname, search } = new URL(request.url, 'https://x');
  const {
    status,
    headers = {},
    body = '',
  } = await answer({
    method: request.method,
    path: pathname,
    query: search.slice(1),
    headers: request.headers,
    body: Buffer.concat(chunks),
  });
  response.writeHead(status, { ...headers });
  response.end(body);
}

/** git http-backend, git's own CGI program. @param root holds the bare repositories. */
export async function answerAsGit(
  sent: Sent,
  root: string,
  env: Readonly<Record<string, string>>,
): Promise<Answered> {
  const cgi = spawn('git', ['http-backend'], {
    env: {
      ...env,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: sent.path,
      QUERY_STRING: sent.query,
      REQUEST_METHOD: sent.method,
      CONTENT_TYPE: sent.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: sent.headers['content-encoding'] ?? '',
      REMOTE_USER: 'ada',
      GIT_PROTOCOL: String(sent.headers['git-protocol'] ?? ''),
    },
  });
  cgi.stdin.on('error', () => undefined); // it reads no body where it needs none
  cgi.stdin.end(sent.body);
  const chunks: Buffer[] = [];
  for await (const chunk of cgi.stdout) chunks.push(Buffer.from(chunk));
  const all = Buffer.concat(chunks);
  const end = all.indexOf('\r\n\r\n');
  const pairs = all
    .subarray(0, end)
    .toString()
    .split('\r\n')
    .map((line) => line.split(': '));
  return {
    status: Number(pairs.find(([name]) => name === 'Status')?.[1]?.slice(0, 3) ?? 200),
    headers: Object.fromEntries(pairs.filter(([name]) => name !== 'Status')),
    body: all.subarray(end + 4),
  };
}

const json = (status: number, value: unknown): Answered => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

const MAPS = '/api/v1/namespaces/default/configmaps';

/** As much of an API server as `kubectl get` and `apply` ask for. */
export function answerAsKubernetes({ method, path, body }: Sent): Answered {
  if (method === 'POST' && path === MAPS)
    return { status: 201, headers: { 'content-type': 'application/json' }, body };
  switch (path) {
    case '/api':
      return json(200, { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] });
    case '/apis':
      return json(200, { kind: 'APIGroupList', apiVersion: 'v1', groups: [] });
    case '/api/v1':
      return json(200, {
        kind: 'APIResourceList',
        groupVersion: 'v1',
        resources: [
          {
            name: 'configmaps',
            singularName: 'configmap',
            namespaced: true,
            kind: 'ConfigMap',
            verbs: ['get', 'create'],
          },
        ],
      });
    case `${MAPS}/known`:
      return json(200, {
        kind: 'ConfigMap',
        apiVersion: 'v1',
        metadata: { name: 'known', namespace: 'default' },
      });
    default:
      return json(404, {
        kind: 'Status',
        apiVersion: 'v1',
        status: 'Failure',
        reason: 'NotFound',
        code: 404,
      });
  }
}

export interface Registry {
  /** By digest. */
  readonly blobs: Map<string, Buffer>;
  readonly manifests: Map<string, Buffer>;
  readonly answer: (sent: Sent) => Answered;
}

const digestOf = (bytes: Buffer): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** The upload half of the distribution specification. */
export function openRegistry(): Registry {
  const blobs = new Map<string, Buffer>();
  const manifests = new Map<string, Buffer>();
  const answer = ({ method, path, query, body }: Sent): Answered => {
    if (path === '/v2/') return json(200, {});
    if (method === 'POST') return { status: 202, headers: { location: `${path}42?state=begun` } };
    const digest = digestOf(body);
    const isManifest = path.includes('/manifests/');
    if (method !== 'PUT') return { status: blobs.has(path.split('/').at(-1) ?? '') ? 200 : 404 };
    if (!isManifest && new URLSearchParams(query).get('digest') !== digest) return { status: 400 };
    (isManifest ? manifests : blobs).set(isManifest ? path : digest, body);
    return { status: 201, headers: { 'docker-content-digest': digest } };
  };
  return { blobs, manifests, answer };
}
