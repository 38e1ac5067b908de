// aitrail login, logout, whoami: for people and for programs.
import type { GatewayPerson, WhoAmI } from '../model/login.ts';
import { plainText } from './plain-text.ts';

interface Entered {
  readonly gateway: string;
  readonly person: GatewayPerson;
  readonly keeper: 'keyring' | 'file';
}

export const loginLines = ({ gateway, person, keeper }: Entered): string =>
  `logged in at ${gateway} as ${nameOf(person)}; the token is in the ${keeper}\n`;

export function whoLines(who: WhoAmI, nowMs: number): string {
  const minutes = Math.max(0, Math.round((Date.parse(who.expiresAt) - nowMs) / 60_000));
  const renewal = who.isRenewable ? ', then it is renewed' : '';
  const rows = [
    ['gateway', who.gateway],
    ['person', nameOf(who)],
    ['by', `${plainText(who.issuer)}, ${plainText(who.subject)}`],
    ['groups', who.groups.map(plainText).join(', ') || 'none'],
    ['roles', who.roles.join(', ') || 'none'],
    ['token', `good for ${String(minutes)} min${renewal}`],
  ];
  return rows.map(([name = '', value = '']) => `${name.padEnd(8)} ${value}\n`).join('');
}

function nameOf({ name, email }: GatewayPerson): string {
  const known = plainText(name);
  return email === '' ? known : `${known} <${plainText(email)}>`;
}
