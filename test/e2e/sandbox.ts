// A person's machine in a temporary directory: home, configuration, a repository, and the real command on PATH.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';

export interface Ran {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Sandbox {
  readonly home: string;
  readonly repo: string;
  readonly env: Readonly<Record<string, string>>;
  readonly run: (
    command: string,
    args: readonly string[],
    more?: Readonly<Record<string, string>>,
  ) => Promise<Ran>;
  readonly write: (path: string, text: string) => void;
  readonly close: () => Promise<void>;
}

/** The way to the vendors' own hosts. */
export interface WayOut {
  /** Of a proxy. */
  readonly url: string;
  /** PEM. */
  readonly certificate: string;
}

/** @param upstream base URL that every connection leads to, or the way to where they lead by default. */
export async function openSandbox(upstream: string | WayOut): Promise<Sandbox> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'aitrail-e2e-')));
  const [home, repo, bin] = [join(root, 'home'), join(root, 'repo'), join(root, 'bin')];
  for (const made of [join(home, '.config', 'aitrail'), repo, bin])
    mkdirSync(made, { recursive: true });
  writeFileSync(
    join(home, '.gitconfig'),
    '[user]\n\tname = Ada Example\n\temail = ada@example.com\n',
  );
  writeFileSync(join(home, '.config', 'aitrail', 'config.yaml'), connections(upstream));
  const program = `#!/bin/sh\nexec '${process.execPath}' '${resolve('bin/aitrail.js')}' "$@"\n`;
  writeFileSync(join(bin, 'aitrail'), program, { mode: 0o755 });
  const env = {
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    AITRAIL_HOME: join(home, 'state'),
    GIT_CONFIG_NOSYSTEM: '1',
    LC_ALL: 'C.UTF-8',
    NO_COLOR: '1',
    PATH: [bin, dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter),
    ...(typeof upstream === 'string' ? {} : wayVariables(home, upstream)),
  };
  const run: Sandbox['run'] = (command, args, more = {}) =>
    runProgram(command, args, { cwd: repo, env: { ...env, ...more } });
  await run('git', ['init', '-q', '-b', 'main', '.']);
  return {
    home,
    repo,
    env,
    run,
    write: (path, text) => {
      mkdirSync(dirname(join(repo, path)), { recursive: true });
      writeFileSync(join(repo, path), text);
    },
    close: async () => {
      await run('aitrail', ['proxy', 'stop']);
      rmSync(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function wayVariables(home: string, { url, certificate }: WayOut): Record<string, string> {
  const path = join(home, 'internet.pem');
  writeFileSync(path, certificate);
  return {
    HTTPS_PROXY: url,
    NODE_EXTRA_CA_CERTS: path,
    SSL_CERT_FILE: path,
    CODEX_CA_CERTIFICATE: path,
  };
}

/** Who has a connection to something that is no model has the forward proxy set up. */
const FORWARDED =
  'connections:\n  packages: { protocol: http, upstream: "https://packages.example.com" }\n';

const connections = (upstream: string | WayOut): string =>
  typeof upstream !== 'string'
    ? FORWARDED
    : `connections:
  anthropic: { protocol: anthropic-messages, upstream: "${upstream}" }
  openai: { protocol: openai, upstream: "${upstream}" }
  gemini: { protocol: gemini, upstream: "${upstream}" }
  chatgpt: { protocol: openai, upstream: "${upstream}/backend-api/codex" }
  code-assist: { protocol: gemini, upstream: "${upstream}" }
`;

function runProgram(
  command: string,
  args: readonly string[],
  place: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<Ran> {
  return new Promise((done, reject) => {
    const child = spawn(command, args, {
      ...place,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 120_000,
    });
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (exit) =>
      done({
        exit: exit ?? 128,
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString(),
      }),
    );
  });
}
