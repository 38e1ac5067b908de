// Hands a link to the person's own browser.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Caller } from '../model/caller.ts';

/** Is there a screen that this terminal belongs to? Over ssh a browser would open on another desk. */
export const hasScreen = ({ env }: Caller): boolean =>
  (env['SSH_CONNECTION'] ?? '') === '' &&
  (process.platform !== 'linux' ||
    (env['DISPLAY'] ?? '') !== '' ||
    (env['WAYLAND_DISPLAY'] ?? '') !== '');

/** Never throws. @returns false where no program took it. */
export async function openBrowser({ env }: Caller, link: string): Promise<boolean> {
  const [command, ...args] = openerOf(link);
  try {
    const child = spawn(command, args, { env: { ...env }, stdio: 'ignore', detached: true });
    await once(child, 'spawn');
    child.unref();
    return true;
  } catch {
    return false; // the link is printed: it can be opened by hand
  }
}

function openerOf(link: string): readonly [string, ...string[]] {
  if (process.platform === 'darwin') return ['open', link];
  if (process.platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', link];
  return ['xdg-open', link];
}
