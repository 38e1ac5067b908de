// Serves the browser pages until the person ends the command.
import { once } from 'node:events';
import { Fault } from '../model/fault.ts';
import { hasScreen, openBrowser } from '../site/open-browser.ts';
import type { Invocation, OptionSpec } from './command.ts';

export const PAGE_OPTIONS: readonly OptionSpec[] = [
  { flags: '--port <number>', description: 'listen on this port of 127.0.0.1 (default: any)' },
  { flags: '--no-open', description: 'print the link, and open no browser' },
];

/** @param path of the page to begin at. @throws Fault PORT_BUSY, PAGES_MISSING, USAGE. */
export async function servePages(call: Invocation, path: string): Promise<number> {
  const { caller, options, out } = call;
  const { serveSite } = await import('../site/serve-site.ts'); // loads half of the program
  const ended = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  const site = await serveSite(caller, readPort(options['port']));
  const link = site.link(path);
  const isWanted = options['open'] !== false && out.isTty && hasScreen(caller);
  out.write(`${link}\n`);
  const isOpened = isWanted && (await openBrowser(caller, link));
  out.note(
    isOpened
      ? 'opened in your browser; Ctrl-C ends it\n'
      : 'open this link: it works once, in one browser; Ctrl-C ends it\n',
  );
  await ended;
  await site.close();
  return 0;
}

function readPort(given: Invocation['options'][string]): number {
  if (given === undefined) return 0;
  const port = Number(given);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new Fault('USAGE', `--port ${String(given)} is no number from 1 to 65535`, {
    fix: 'see aitrail ui --help',
  });
}
