// Installs the pinned clients from npm once, beside node_modules, and says where their programs are.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const CLIENTS = {
  '@anthropic-ai/claude-code': { version: '2.1.329', program: 'claude' },
  '@openai/codex': { version: '0.169.0', program: 'codex' },
  '@google/gemini-cli': { version: '0.61.0', program: 'gemini' },
  'opencode-ai': { version: '1.18.33', program: 'opencode' },
  '@github/copilot': { version: '1.0.102', program: 'copilot' },
} as const;

export type ClientPackage = keyof typeof CLIENTS;

/** @returns absolute path of the client's program. */
export function installClient(name: ClientPackage): string {
  const { version, program } = CLIENTS[name];
  const place = resolve('node_modules', '.cache', 'clients', `${program}-${version}`);
  const path = join(place, 'node_modules', '.bin', program);
  if (!existsSync(path)) {
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'package.json'), '{"private":true}\n');
    // --force: the client's engines field is about its launcher; its native program runs without Node
    execFileSync('npm', ['install', '--force', '--no-audit', '--no-fund', `${name}@${version}`], {
      cwd: place,
    });
  }
  return path;
}
