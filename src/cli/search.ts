// aitrail search: what was said in recordings, and which secrets were masked in them.
import { findMasked } from '../flow/mask/find-masked.ts';
import { searchExchanges } from '../flow/show/search-exchanges.ts';
import { Fault } from '../model/fault.ts';
import { parseSearch, quoteValue } from '../model/search-query.ts';
import { maskedDocument, maskedLines } from '../print/masked-lines.ts';
import { searchDocument, searchLines } from '../print/search-lines.ts';
import { pickStyle } from '../print/style.ts';
import type { CommandSpec, Invocation } from './command.ts';
import { outputColumns, printDocument } from './output.ts';
import { FILTER_OPTIONS, parseFilter } from './session-filter.ts';

const HITS_DEFAULT = 20;

export const command: CommandSpec = {
  name: 'search',
  isReading: true,
  usage: '[query...]',
  summary:
    'find words, "words in a row", begin* and (behind --) -without in recordings; with user: agent: model: repo: path: connection: session: since: until: resource: masked:',
  options: [
    {
      flags: '--masked <kind>',
      description:
        'a rule such as github-pat, or one placeholder; without a query: each such secret, and when it was first seen',
    },
    ...FILTER_OPTIONS.map((option) =>
      option.flags.startsWith('--limit')
        ? { ...option, description: `at most that many (default ${HITS_DEFAULT})` }
        : option,
    ),
    { flags: '--json', description: 'one JSON document' },
  ],
  example: 'search "rate limit" agent:claude-code since:30d',
  run: async (call) => {
    const { words, options } = call;
    const { masked } = options;
    if (words.length === 0 && typeof masked === 'string') return tellMasked(call, masked);
    const text = [...words.map(asTyped), ...shorthand(options)].join(' ');
    if (text.trim() === '')
      throw new Fault('USAGE', 'search: nothing to look for', {
        fix: 'name words, or a filter: aitrail search "rate limit" agent:codex',
      });
    await tellHits(call, text);
    return 0;
  },
};

async function tellHits({ caller, options, out }: Invocation, text: string): Promise<void> {
  const { limit = HITS_DEFAULT } = parseFilter(options);
  const { hits, isPartial } = await searchExchanges(caller, parseSearch(text), limit);
  if (options['json'] === true) printDocument(out, searchDocument(hits, isPartial));
  else out.write(searchLines(hits, outputColumns(out), pickStyle(out.isColour)));
  if (isPartial) out.note('older recordings are not indexed yet: the daemon is at it\n');
}

async function tellMasked({ caller, options, out }: Invocation, kind: string): Promise<number> {
  const query = parseSearch(shorthand(options).join(' '));
  const { limit } = parseFilter(options);
  const found = (await findMasked(caller, kind, query)).slice(0, limit);
  if (options['json'] === true) printDocument(out, maskedDocument(found));
  else out.write(maskedLines(found));
  return 0;
}

/** A whole query in one argument: it has quotes, minus signs or several filters of its own. */
const WHOLE = /"|(?:^|\s)-\S|\s[a-z]+:\S/;

/** What a shell took the quotes from is one phrase still. */
const asTyped = (word: string): string => {
  if (!/\s/.test(word) || WHOLE.test(word)) return word;
  const [, head = '', rest = ''] = /^(-?(?:[a-z]+:)?)(.*)$/s.exec(word) ?? [];
  return `${head}${quoteValue(rest)}`;
};

/** Options are filters by another name. */
function shorthand(options: Invocation['options']): readonly string[] {
  parseFilter(options); // what is wrong with an option is told in the option's name
  const keys = ['user', 'agent', 'model', 'repo', 'since', 'until', 'masked'];
  return keys.flatMap((key) => {
    const value = options[key];
    return typeof value === 'string' ? [`${key}:${quoteValue(value)}`] : [];
  });
}
