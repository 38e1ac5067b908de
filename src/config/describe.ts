// docs/configuration.md, made from the schema: what can be written, where, and what holds without it.
import { z } from 'zod';
import { arrayAt, isObject, objectAt, stringAt } from '../model/json.ts';
import { PUBLIC_SIGSTORE } from '../model/signing.ts';
import { DEFAULT_CONNECTIONS, DEFAULT_SECRETS } from './defaults.ts';
import { CONFIGURATION } from './schema.ts';

interface Row {
  readonly key: string;
  readonly values: string;
  readonly meaning: string;
}

const DEFAULTS: Readonly<Record<string, string>> = {
  mode: 'enforce',
  signing: 'auto',
  'sigstore.fulcio': PUBLIC_SIGSTORE.fulcio,
  'sigstore.rekor': PUBLIC_SIGSTORE.rekor,
  requireTouch: 'false',
  onStoreError: 'refuse',
  'notes.push': 'true',
  summary: 'true',
  'notes.gitAi': 'false',
  'secrets.onResponse': DEFAULT_SECRETS.onResponse,
  'secrets.onRequest': DEFAULT_SECRETS.onRequest,
  'secrets.onCommit.ai': DEFAULT_SECRETS.onCommit.ai,
  'secrets.onCommit.other': DEFAULT_SECRETS.onCommit.other,
  'secrets.onPush': DEFAULT_SECRETS.onPush,
  'secrets.toolArguments': DEFAULT_SECRETS.toolArguments,
  'secrets.explain': 'true',
  'secrets.vault': 'false',
  'protect[].from': 'any',
  'push[].from': 'any',
  'approvals.hold': '2m',
  'approvals.expire': '1h',
  'connections.<name>.record': 'true',
};

/** Keys that a repository's file cannot set at all. */
const OWN =
  /^(?:connections|signing|sigstore|notify|telemetry|identity|pipelines|store|gateway|reporting|secrets\.vault)/;

/** Who may approve is nothing that a user decides for everybody else. */
const SHARED = /^groups/;

const filesOf = (key: string): string => {
  if (OWN.test(key)) return 'user, organisation';
  return SHARED.test(key) ? 'repository, organisation' : 'all';
};

/** @returns Markdown. */
export function describeConfiguration(): string {
  const rows = rowsOf(z.toJSONSchema(CONFIGURATION), '');
  const table = rows.map(({ key, values, meaning }) => {
    const standard = DEFAULTS[key];
    const cells = [
      `\`${key}\``,
      values,
      standard === undefined ? '' : `\`${standard}\``,
      filesOf(key),
      meaning,
    ];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  const upstreams = Object.values(DEFAULT_CONNECTIONS).map(
    ({ name, protocol, upstream }) => `- \`${name}\`: \`${protocol}\` at ${upstream}`,
  );
  return `# Configuration

Data only, YAML or JSON; nothing in these files is ever executed. An unknown key, a wrong type or a bad pattern is an
error with file, line and column.

Files, strongest first:

1. the organisation's: the one that \`$AITRAIL_POLICY\` names, else \`/etc/aitrail/policy.yaml\`;
2. your own: \`$XDG_CONFIG_HOME/aitrail/config.yaml\`, else \`~/.config/aitrail/config.yaml\`;
3. the repository's: \`.aitrailrc.yaml\`, \`.aitrailrc.json\` or the \`aitrail\` key of \`package.json\` at its root, as it is in
   the base revision (where the branch left the remote's default branch, else \`HEAD\`), and then the working tree's,
   which can only add to that.

Whoever comes later can tighten what stands and never loosen it. A repository can not say where requests go, which key
signs or what is kept on your machine. \`aitrail policy explain\` shows what holds and which line decided it.

| key | values | default | files | |
| --- | --- | --- | --- | --- |
${table.join('\n')}

Connections that are always there:

${upstreams.join('\n')}
`;
}

function rowsOf(schema: unknown, name: string): readonly Row[] {
  const own = {
    key: name,
    values: valuesOf(schema),
    meaning: stringAt(schema, 'description') ?? '',
  };
  const properties = Object.entries(objectAt(schema, 'properties'));
  if (properties.length > 0)
    return properties.flatMap(([key, inner]) =>
      rowsOf(inner, name === '' ? key : `${name}.${key}`),
    );
  const extra = objectAt(schema, 'additionalProperties');
  if ('properties' in extra) return [own, ...rowsOf(extra, `${name}.<name>`)];
  const items = objectAt(schema, 'items');
  return 'properties' in items ? [own, ...rowsOf(items, `${name}[]`)] : [own];
}

const choiceOf = (schema: unknown): string => {
  const fixed = isObject(schema) ? schema['const'] : undefined;
  if (fixed !== undefined)
    return `\`${typeof fixed === 'string' ? fixed : JSON.stringify(fixed)}\``;
  const names = Object.keys(objectAt(schema, 'properties'));
  return names.length === 0 ? (stringAt(schema, 'type') ?? '') : `\`{ ${names.join(', ')}: … }\``;
};

function valuesOf(schema: unknown): string {
  const words = isObject(schema) ? schema['enum'] : undefined;
  if (Array.isArray(words)) return words.map((word) => `\`${String(word)}\``).join(', ');
  const choices = arrayAt(schema, 'anyOf');
  if (choices.length > 0) return choices.map(choiceOf).join(', ');
  const type = stringAt(schema, 'type');
  if (type !== 'array') return type === 'boolean' ? '`true`, `false`' : (type ?? '');
  return `list of ${stringAt(objectAt(schema, 'items'), 'type') ?? 'value'}s`;
}
