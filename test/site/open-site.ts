// The pages of a store with one conversation in it, and a way to ask them as a browser that came in by the link does.
import { request as httpRequest } from 'node:http';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Caller } from '../../src/model/caller.ts';
import { parseJson, stringAt } from '../../src/model/json.ts';
import { serveSite, type Site } from '../../src/site/serve-site.ts';
import { recordConversation, type SaidTurn } from '../store/record-conversation.ts';
import { openHere } from '../store/store-kit.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
  readonly json: unknown;
}

export interface Asking {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface OpenedSite {
  readonly site: Site;
  readonly caller: Caller;
  readonly session: string;
  readonly exchanges: readonly string[];
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  readonly token: string;
  /** As it is, without cookie and key. */
  readonly bare: (asking: Asking) => Promise<Answer>;
  /** Exchanges the link's token. @returns the headers of a browser that came in. */
  readonly enter: () => Promise<Readonly<Record<string, string>>>;
  readonly close: () => Promise<void>;
}

/** @param files of the repository, committed. */
export async function openSite(
  turns?: readonly SaidTurn[],
  files: Readonly<Record<string, string>> = { 'src/a.ts': 'const a = 1;\n' },
): Promise<OpenedSite> {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'site-')));
  const caller = makeRepository(dir, files);
  const store = await openHere(join(dir, 'state'));
  const told = await recordConversation(store, turns);
  await store.close();
  const site = await serveSite(caller, 0);
  const link = new URL(site.link('/'));
  const token = link.hash.slice('#enter='.length);
  const bare = (asking: Asking): Promise<Answer> => talk(link.host, asking);
  return {
    site,
    caller,
    ...told,
    host: link.host,
    token,
    bare,
    enter: () => enterBy(bare, { host: link.host, token }),
    close: async () => {
      await site.close();
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function makeRepository(dir: string, files: Readonly<Record<string, string>>): Caller {
  const [repo, home] = [join(dir, 'repo'), join(dir, 'home')];
  mkdirSync(repo);
  mkdirSync(home);
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    AITRAIL_HOME: join(dir, 'state'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(repo, path)), { recursive: true });
    writeFileSync(join(repo, path), text);
  }
  for (const args of [
    ['init', '-q', '-b', 'main'],
    ['add', '-A'],
    ['commit', '-qm', 'Start'],
  ])
    execFileSync('git', args, { cwd: repo, env });
  return { cwd: repo, env };
}

/** A server of somebody's own, and the one browser that came in by its link. */
export async function enterSite(
  caller: Caller,
): Promise<Pick<Site, 'close'> & { readonly ask: OpenedSite['bare'] }> {
  const site = await serveSite(caller, 0);
  const { host, hash } = new URL(site.link('/'));
  const bare = (asking: Asking): Promise<Answer> => talk(host, asking);
  const known = await enterBy(bare, { host, token: hash.slice('#enter='.length) });
  return {
    close: () => site.close(),
    ask: (asking) => bare({ ...asking, headers: { ...known, ...asking.headers } }),
  };
}

async function enterBy(
  bare: OpenedSite['bare'],
  { host, token }: Pick<OpenedSite, 'host' | 'token'>,
): Promise<Readonly<Record<string, string>>> {
  const origin = `http://${host}`;
  const answer = await bare({
    method: 'POST',
    path: '/api/enter',
    headers: { origin, 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  const cookie = answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  return { origin, cookie, 'aitrail-key': stringAt(answer.json, 'key') ?? '' };
}

/** By hand: fetch would set Host and Origin by itself. */
function talk(host: string, { method = 'GET', path, headers = {}, body }: Asking): Promise<Answer> {
  const [hostname = '', port = ''] = host.split(':');
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const asked = httpRequest(
      { hostname, port, method, path, headers: { host, ...length, ...headers }, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const { statusCode = 0, headers: said } = response;
          resolve({ status: statusCode, headers: said, body: text, json: parseJson(text) });
        });
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}
