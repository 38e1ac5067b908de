// A repository with attested commits, and remotes of every kind on this machine: whatever stands between them is git's own.
import { execFile, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export interface Pushed {
  readonly exit: number;
  readonly stderr: string;
}

export interface RemoteLab {
  readonly root: string;
  readonly git: (...args: readonly string[]) => string;
  /** A script in the repository, whose place is $HERE. */
  readonly sh: (script: string) => void;
  /** Does a commit wait for its note? */
  readonly isWaiting: () => boolean;
  /** @returns its path. */
  readonly bare: (name: string) => string;
  /** Never throws, and lets a server in this process work meanwhile. */
  readonly push: (args: readonly string[]) => Promise<Pushed>;
  readonly fetch: (args: readonly string[]) => Promise<Pushed>;
  /** A commit more. */
  readonly commit: () => void;
  /** Commits whose notes a repository has. */
  readonly noted: (path: string) => number;
  /** Notes that are here. */
  readonly own: () => number;
  readonly write: (name: string, text: string) => string;
  readonly remove: () => void;
}

const BIN = resolve('bin/aitrail.js');

export function openRemoteLab(): RemoteLab {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'remotes-')));
  const cwd = join(root, 'here');
  mkdirSync(cwd);
  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    HOME: root,
    XDG_CONFIG_HOME: join(root, 'config'),
    XDG_STATE_HOME: join(root, 'state'),
    AITRAIL_HOME: join(root, 'aitrail'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
  };
  const git: RemoteLab['git'] = (...args) =>
    execFileSync('git', args, {
      cwd,
      env,
      encoding: 'utf8',
      stdio: 'pipe',
      maxBuffer: 1 << 26,
    }).trim();
  const run = (args: readonly string[]): Promise<Pushed> =>
    new Promise((done) => {
      execFile('git', args, { cwd, env, timeout: 60_000 }, (failure, _, stderr) =>
        done({ exit: failure === null ? 0 : Number(failure.code), stderr }),
      );
    });
  const noted: RemoteLab['noted'] = (path) =>
    git('-C', path, 'notes', '--ref=aitrail', 'list').split('\n').filter(Boolean).length;
  const lab: RemoteLab = {
    root,
    git,
    noted,
    sh: (script) => {
      const more = { cwd, env: { ...env, HERE: cwd }, stdio: 'pipe' } as const;
      execFileSync('sh', ['-c', script], more);
    },
    isWaiting: () => existsSync(join(cwd, '.git/aitrail/pending')),
    own: () => noted(cwd),
    bare: (name) => {
      const path = join(root, `${name}.git`);
      git('init', '-q', '--bare', '-b', 'main', path);
      return path;
    },
    push: (args) => run(['push', '-q', ...args]),
    fetch: (args) => run(['fetch', '-q', ...args]),
    commit: () => void git('commit', '-q', '--allow-empty', '-m', 'more'),
    write: (name, text) => {
      const path = join(root, name);
      writeFileSync(path, text);
      chmodSync(path, 0o755);
      return path;
    },
    remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 5 }),
  };
  git('init', '-q', '-b', 'main');
  execFileSync(process.execPath, [BIN, 'init'], { cwd, env, stdio: 'pipe' });
  git('add', '.');
  git('commit', '-q', '-m', 'one');
  return lab;
}

export interface HttpRemotes {
  /** Of the folder that holds the repositories, ended by a slash. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** git's own server for HTTP, as a CGI. */
export async function serveHttp(root: string): Promise<HttpRemotes> {
  const program = join(
    execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim(),
    'git-http-backend',
  );
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
    const child = spawn(program, {
      env: {
        PATH: process.env['PATH'] ?? '',
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: pathname,
        QUERY_STRING: search.slice(1),
        REQUEST_METHOD: request.method ?? 'GET',
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        CONTENT_LENGTH: request.headers['content-length'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        REMOTE_USER: 'ada',
        GIT_CONFIG_NOSYSTEM: '1',
        HOME: root,
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    request.pipe(child.stdin);
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('close', () => {
      const answer = Buffer.concat(chunks);
      const end = answer.indexOf('\r\n\r\n');
      for (const line of answer.toString('latin1', 0, Math.max(end, 0)).split('\r\n')) {
        const [name = '', value = ''] = line.split(': ');
        if (name === 'Status') response.statusCode = Number.parseInt(value, 10);
        else if (name !== '') response.setHeader(name, value);
      }
      response.end(answer.subarray(end + 4));
    });
  });
  return listening(server);
}

/** Files and nothing else: git's older way over HTTP, which only reads. */
export async function serveFiles(root: string): Promise<HttpRemotes> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const path = join(root, decodeURIComponent(pathname));
    const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
    response.statusCode = request.method !== 'GET' ? 405 : isFile ? 200 : 404;
    response.end(response.statusCode === 200 ? readFileSync(path) : '');
  });
  return listening(server);
}

async function listening(server: Server): Promise<HttpRemotes> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address: AddressInfo | string | null = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  return {
    url: `http://127.0.0.1:${String(port)}/`,
    close: () => new Promise((done) => void server.close(() => done())),
  };
}
