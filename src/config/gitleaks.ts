// `.gitleaks.toml`: rules and allow lists that a team wrote for gitleaks.
import { parse, TomlError } from 'smol-toml';
import { Fault } from '../model/fault.ts';
import type { GitleaksAllowlist, GitleaksConfig, GitleaksPattern } from '../model/gitleaks.ts';
import { arrayAt, isObject, isString, numberAt, objectAt, stringAt } from '../model/json.ts';
import type { CustomSecretRule, SettingPlace } from '../model/policy.ts';

interface Source {
  readonly file: string;
  readonly text: string;
}

/**
 * Reads the tables that decide what is a secret. `[extend]` counts for `disabledRules` alone: our own rules always
 * apply, and a second file is named as an error rather than passed over.
 *
 * @throws Fault CONFIG_INVALID with file, line and column.
 */
export function readGitleaks(source: Source): GitleaksConfig {
  const value = parseToml(source);
  const extend = objectAt(value, 'extend');
  const other = stringAt(extend, 'path') ?? stringAt(extend, 'url');
  if (other !== null) throw refuse(placeOf(source, other), 'extend can name no other file here');
  const tables = arrayAt(value, 'rules').filter(isObject);
  const rules = tables.filter((table) => stringAt(table, 'regex') !== null);
  return {
    rules: rules.map((table) => readRule(source, table)),
    rulePaths: new Map(rules.flatMap((table) => pathOf(source, table))),
    disabled: strings(extend, 'disabledRules'),
    allowlists: [
      ...readAllowlists(source, value, []),
      ...tables.flatMap((table) => readAllowlists(source, table, [idOf(source, table)])),
    ],
  };
}

function parseToml({ file, text }: Source): unknown {
  try {
    return parse(text);
  } catch (thrown) {
    if (!(thrown instanceof TomlError)) throw thrown;
    const why = /^Invalid TOML document: (.*)$/m.exec(thrown.message)?.[1] ?? 'is no TOML';
    throw refuse({ file, line: thrown.line, column: thrown.column }, why);
  }
}

const refuse = ({ file, line, column }: SettingPlace, why: string): Fault =>
  new Fault('CONFIG_INVALID', `${file}:${String(line)}:${String(column)}: ${why}`);

const strings = (value: unknown, key: string): readonly string[] =>
  arrayAt(value, key).filter(isString);

/** Where the text stands first: values come without their places. */
function placeOf({ file, text }: Source, words: string): SettingPlace {
  const at = text.indexOf(words);
  if (at < 0) return { file, line: 1, column: 1 };
  const before = text.slice(0, at).split('\n');
  return { file, line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

function idOf(source: Source, table: unknown): string {
  const id = stringAt(table, 'id');
  if (id !== null) return id;
  throw refuse(placeOf(source, '[[rules]]'), 'a rule needs an id');
}

function readRule(source: Source, table: unknown): CustomSecretRule {
  const id = idOf(source, table);
  const pattern = stringAt(table, 'regex') ?? '';
  const [group, entropy] = [numberAt(table, 'secretGroup'), numberAt(table, 'entropy')];
  return {
    id,
    pattern,
    keywords: [], // gitleaks looks for them in the whole file: here the pattern alone decides
    place: placeOf(source, pattern),
    ...(group === null || group === 0 ? {} : { group }),
    ...(entropy === null ? {} : { entropy }),
  };
}

function pathOf(source: Source, table: unknown): readonly (readonly [string, GitleaksPattern])[] {
  const pattern = stringAt(table, 'path');
  if (pattern === null) return [];
  return [[idOf(source, table), { pattern, place: placeOf(source, pattern) }]];
}

/** Both spellings, of old and new versions. */
function readAllowlists(
  source: Source,
  table: unknown,
  rules: readonly string[],
): readonly GitleaksAllowlist[] {
  const one = objectAt(table, 'allowlist');
  return [...arrayAt(table, 'allowlists'), ...(one === null ? [] : [one])].map((list) => ({
    rules: [...rules, ...strings(list, 'targetRules')],
    isConjunction: stringAt(list, 'condition')?.toUpperCase() === 'AND',
    commits: strings(list, 'commits'),
    paths: patternsAt(source, list, 'paths'),
    regexes: patternsAt(source, list, 'regexes'),
    target: (stringAt(list, 'regexTarget') ?? 'secret') === 'secret' ? 'secret' : 'line',
    stopwords: strings(list, 'stopwords'),
  }));
}

const patternsAt = (source: Source, list: unknown, key: string): readonly GitleaksPattern[] =>
  strings(list, key).map((pattern) => ({ pattern, place: placeOf(source, pattern) }));
