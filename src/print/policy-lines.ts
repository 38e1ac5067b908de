// `aitrail policy`: what holds, and where it was written.
import { plainLine, plainText } from './plain-text.ts';
import type { ProtectRule, SettingPlace } from '../model/policy.ts';

export interface PolicyView {
  readonly files: readonly string[];
  readonly digest: string;
  readonly mode: 'enforce' | 'observe';
  readonly settings: readonly {
    readonly name: string;
    readonly value: string;
    readonly place: SettingPlace | null;
  }[];
  readonly protect: readonly ProtectRule[];
  readonly paths: readonly PathView[];
  readonly lonely: readonly {
    readonly list: string;
    readonly place: SettingPlace | null;
    readonly why: string;
  }[];
}

export interface PathView {
  readonly path: string;
  readonly rules: readonly ProtectRule[];
  readonly isAllowed: boolean;
}

/** Settings, each with its place, then the protect rules. */
export function policyLines(view: PolicyView): string {
  const width = Math.max(...view.settings.map(({ name }) => name.length));
  const settings = view.settings.map(
    ({ name, value, place }) =>
      `${name.padEnd(width)}  ${value}${place === null ? '' : `  (${placeText(place)})`}`,
  );
  const protect = view.protect.map(ruleLine);
  return plainText(`${[...settings, ...protect].join('\n')}\n`);
}

/** One paragraph per path. */
export function pathLines({ mode, paths }: PolicyView): string {
  const paragraphs = paths.map(({ path, rules, isAllowed }) => {
    const said = rules.map((rule) => `  ${ruleLine(rule)}`);
    if (said.length === 0) said.push('  no rule: anyone may change it');
    if (isAllowed) said.push('  secrets.allow: not scanned for secrets at commit and push');
    if (mode === 'observe' && rules.length > 0)
      said.push('  mode is observe: it is said and recorded, not blocked');
    return `${plainLine(path)}\n${said.map((line) => plainLine(line)).join('\n')}\n`;
  });
  return paragraphs.join('');
}

/** Warnings: rules that wait for an approval which nobody can give. */
export const lonelyLines = ({ lonely }: PolicyView): string =>
  lonely
    .map(
      ({ list, place, why }) =>
        `warning: ${plainLine(place === null ? list : placeText(place))}: nobody but you could approve: ${plainLine(why)}\n`,
    )
    .join('');

export const filesLine = ({ files }: PolicyView): string =>
  files.length === 0 ? 'fine: no file, the defaults hold\n' : `fine: ${files.join(', ')}\n`;

/** Would a change to one of the paths by an AI be blocked? */
export const isBlocked = ({ mode, paths }: PolicyView): boolean =>
  mode === 'enforce' && paths.some(({ rules }) => rules.some(({ action }) => action !== 'warn'));

export const policyDocument = (view: PolicyView): string =>
  `${JSON.stringify({ schema: 'aitrail.policy/1', ...view }, null, 2)}\n`;

const WHOSE = { ai: 'changes by AI', any: 'all changes' };

const ruleLine = ({ action, from, paths, place }: ProtectRule): string =>
  `${action} ${WHOSE[from]}: ${listed(paths)}${place === null ? '' : `  (${placeText(place)})`}`;

const LISTED_MAX = 3;

const listed = (paths: readonly string[]): string =>
  paths.length <= LISTED_MAX + 1
    ? paths.join(', ')
    : `${paths.slice(0, LISTED_MAX).join(', ')} and ${String(paths.length - LISTED_MAX)} more`;

const placeText = ({ file, line, column }: SettingPlace): string =>
  `${file}:${String(line)}:${String(column)}`;
