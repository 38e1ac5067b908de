// Placeholders in an environment, and in the `.env` file beside it, turned back into their values for one child process:
// a program under test needs the key that masking took out of the files.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Caller } from '../../model/caller.ts';
import { readEnvFile } from '../../secrets/env-file.ts';
import { PLACEHOLDER } from '../../secrets/placeholder.ts';
import { refuseAgent } from '../session/refuse-agent.ts';
import { revealValue } from './reveal-value.ts';

export interface ResolvedEnvironment {
  readonly env: Readonly<Record<string, string>>;
  /** What was put in: nowhere else but in the child's environment. */
  readonly values: readonly string[];
}

/**
 * Variables of the caller win over those of the file, as with the programs that read it; of the file only those count
 * that hold a placeholder.
 *
 * @throws Fault AGENT_NOT_ALLOWED, VAULT_OFF, NO_SUCH_PLACEHOLDER, KEY_UNREADABLE: none is left standing.
 */
export async function resolveEnvironment(caller: Caller): Promise<ResolvedEnvironment> {
  await refuseAgent(caller, 'run --resolve');
  const text = await readFile(join(caller.cwd, '.env'), 'utf8').catch(() => '');
  const named = { ...Object.fromEntries(readEnvFile(text).filter(isMasked)), ...caller.env };
  const masked = Object.entries(named).filter(isMasked);
  const placeholders = new Set(masked.flatMap(([, value]) => value.match(PLACEHOLDER) ?? []));
  const values = new Map<string, string>();
  for (const placeholder of placeholders)
    values.set(placeholder, await revealValue(caller, placeholder));
  const resolved = masked.map(([name, value]) => [
    name,
    value.replaceAll(PLACEHOLDER, (placeholder) => values.get(placeholder) ?? placeholder),
  ]);
  return { env: { ...named, ...Object.fromEntries(resolved) }, values: [...values.values()] };
}

const isMasked = ([, value]: readonly [string, string]): boolean => value.search(PLACEHOLDER) >= 0;
