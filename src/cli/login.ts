// aitrail login, logout, whoami: a person's way into a team's gateway.
import { type HowToLogIn, logIn, logOut, readToken, whoAmI } from '../flow/login/log-in.ts';
import { Fault } from '../model/fault.ts';
import { loginLines, whoLines } from '../print/login-lines.ts';
import { hasScreen, openBrowser } from '../site/open-browser.ts';
import type { CommandSpec, Invocation } from './command.ts';
import { printDocument } from './output.ts';

const JSON_OPTION = { flags: '--json', description: 'one JSON document' } as const;
const WAIT_MS = 300_000;

export const login: CommandSpec = {
  name: 'login',
  usage: '<url>',
  summary: 'log in at a team’s gateway, through the browser',
  options: [
    { flags: '--device', description: 'with a code that is typed in a browser elsewhere' },
    { flags: '--port <number>', description: 'of the redirect to this machine (default: any)' },
    JSON_OPTION,
  ],
  example: 'login https://gateway.example.com',
  run: async (call) => {
    const { caller, words, options, out } = call;
    const entered = await logIn(caller, words[0] ?? '', howOf(call));
    if (options['json'] === true) {
      const { person, ...place } = entered;
      printDocument(out, { schema: 'aitrail.login/1', ...place, ...person });
    } else out.write(loginLines(entered));
    return 0;
  },
};

export const logout: CommandSpec = {
  name: 'logout',
  usage: '',
  summary: 'forget the login, and end its token at the gateway and the provider',
  options: [JSON_OPTION],
  example: 'logout',
  run: async ({ caller, options, out }) => {
    const left = await logOut(caller);
    if (options['json'] === true) printDocument(out, { schema: 'aitrail.logout/1', ...left });
    else out.write(`logged out of ${left.gateway}\n`);
    if (left.unrevoked !== null)
      out.note(`aitrail: forgotten here, not taken back: ${left.unrevoked}\n`);
    return 0;
  },
};

export const whoami: CommandSpec = {
  name: 'whoami',
  usage: '',
  summary: 'say who the gateway takes you for',
  options: [
    {
      flags: '--token',
      description: 'print the token, fresh: what a connection’s credential command gives',
    },
    JSON_OPTION,
  ],
  example: 'whoami',
  run: async ({ caller, options, out }) => {
    if (options['token'] === true) {
      out.write(`${await readToken(caller)}\n`);
      return 0;
    }
    const who = await whoAmI(caller);
    if (options['json'] === true) printDocument(out, { schema: 'aitrail.whoami/1', ...who });
    else out.write(whoLines(who, Date.now()));
    return 0;
  },
};

function howOf({ caller, options, out }: Invocation): HowToLogIn {
  if (options['device'] === true)
    return {
      kind: 'device',
      show: ({ link, code }) => out.note(`open ${link}\nand enter the code ${code}\n`),
    };
  return {
    kind: 'browser',
    port: parsePort(options['port']),
    waitMs: WAIT_MS,
    show: (link) => {
      out.note(`open this link to log in:\n${link}\n`);
      if (out.isInteractive && hasScreen(caller)) void openBrowser(caller, link);
    },
  };
}

function parsePort(text: Invocation['options'][string]): number {
  if (text === undefined) return 0;
  const port = typeof text === 'string' && /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (port < 1 || port > 65_535) throw new Fault('USAGE', '--port takes a number up to 65535');
  return port;
}
