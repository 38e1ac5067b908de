// Manual pages in roff, from what `--help` is made of.

/** What a page needs of a command. */
export interface ManualCommand {
  /** `blame`, or `proxy start` for a nested one. */
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly options: readonly { readonly flags: string; readonly description: string }[];
  readonly example: string;
}

interface ManualPage {
  /** Name of the file: `aitrail-proxy.1`. */
  readonly file: string;
  /** Ended by LF. */
  readonly text: string;
}

/**
 * One page for the program, and one for each name with all its verbs.
 *
 * @param summaries of names that have verbs of their own.
 */
export function formatManual(
  commands: readonly ManualCommand[],
  summaries: ReadonlyMap<string, string>,
  version: string,
): readonly ManualPage[] {
  const names = [...new Set(commands.map(({ name }) => name.split(' ')[0] ?? ''))];
  const pages = names.map((name) => {
    const own = commands.filter((command) => command.name.split(' ')[0] === name);
    const told = summaries.get(name) ?? '';
    return { name, own, summary: told === '' ? (own[0]?.summary ?? '') : told };
  });
  return [
    { file: 'aitrail.1', text: programPage(pages, version) },
    ...pages.map((page) => ({
      file: `aitrail-${page.name}.1`,
      text: commandPage(page, version),
    })),
  ];
}

interface Page {
  readonly name: string;
  readonly summary: string;
  readonly own: readonly ManualCommand[];
}

const programPage = (pages: readonly Page[], version: string): string =>
  roff([
    heading('aitrail', version),
    '.SH NAME',
    `aitrail \\- ${plain('says which agent, model and prompt wrote a line of code, and proves it')}`,
    '.SH SYNOPSIS',
    '.B aitrail',
    '.I command',
    '.RI [ options ]',
    '.SH COMMANDS',
    ...pages.flatMap(({ name, summary }) => [
      '.TP',
      `.BR aitrail\\-${plain(name)} (1)`,
      plain(summary),
    ]),
    '.SH EXIT STATUS',
    ...EXITS.flatMap(([status, meaning]) => ['.TP', `.B ${status}`, plain(meaning)]),
    '.SH ENVIRONMENT',
    ...VARIABLES.flatMap(([name, meaning]) => ['.TP', `.B ${name}`, plain(meaning)]),
    '.SH SEE ALSO',
    '.BR git (1)',
  ]);

const commandPage = ({ name, summary, own }: Page, version: string): string =>
  roff([
    heading(`aitrail-${name}`, version),
    '.SH NAME',
    `aitrail\\-${plain(name)} \\- ${plain(summary)}`,
    '.SH SYNOPSIS',
    ...own.flatMap((command, at) => [...(at === 0 ? [] : ['.br']), ...synopsis(command)]),
    '.SH DESCRIPTION',
    ...own.flatMap((command) => describe(command, own.length > 1)),
    '.SH EXAMPLES',
    '.EX',
    ...own.map(({ example }) => plain(`aitrail ${example}`)),
    '.EE',
    '.SH SEE ALSO',
    '.BR aitrail (1)',
  ]);

const synopsis = ({ name, usage }: ManualCommand): readonly string[] => [
  `.B aitrail ${plain(name)}`,
  plain(`[options] ${usage}`.trim()),
];

const describe = (
  { name, summary, options }: ManualCommand,
  isOneOfSeveral: boolean,
): readonly string[] => [
  ...(isOneOfSeveral ? [`.SS aitrail ${plain(name)}`] : []),
  plain(`${summary}.`),
  ...options.flatMap(({ flags, description }) => ['.TP', `.B ${plain(flags)}`, plain(description)]),
];

const EXITS = [
  ['0', 'fine'],
  ['1', 'the answer is no: blocked, failed verification, secrets found, denied'],
  ['2', 'wrong usage or bad configuration'],
  ['3', 'it could not be done or checked'],
] as const;

const VARIABLES = [
  ['AITRAIL_HOME', 'where recordings, the log and keys are, else $XDG_STATE_HOME/aitrail'],
  ['AITRAIL_POLICY', "the organisation's policy file"],
  ['AITRAIL_QUIET', '1: no line after a commit that tells its share of AI lines'],
  ['AITRAIL_DEBUG', '1: a stack trace below an error'],
  ['NO_COLOR', 'never colour the output'],
] as const;

// without a date: the same source gives the same page
const heading = (name: string, version: string): string =>
  `.TH ${plain(name.toUpperCase())} 1 "" "aitrail ${version}" "aitrail manual"`;

/** Text as roff takes it: a minus stays one that can be copied, no line begins a request. */
const plain = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/gm, '\\&$1')
    .replace(
      /[^\x20-\x7e\n]/gu,
      (sign) => `\\[u${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
    );

const roff = (lines: readonly string[]): string => `${lines.join('\n')}\n`;
