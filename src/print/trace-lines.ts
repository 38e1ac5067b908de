// A scanner's findings with who wrote the lines: as the scanner's own document with more in it, for programs, for people.
import { arrayAt, isObject, objectAt, stringAt } from '../model/json.ts';
import type { Trace, TracedLines, TracedPlace } from '../model/trace.ts';
import { counted } from './moments.ts';
import { plainLine } from './plain-text.ts';
import type { Style } from './style.ts';

const PROMPT_CHARACTERS_MAX = 500;

/** The document as it came; each result that could be traced has `properties.aitrail`, and says it in its message. */
export function traceSarif({ document, places }: Trace, hasPrompts: boolean): object {
  if (!isObject(document)) return {};
  const runs = arrayAt(document, 'runs').map((run, at) => {
    const own = places.filter((place) => place.run === at && place.lines.length > 0);
    if (!isObject(run) || own.length === 0) return run;
    const results = arrayAt(run, 'results').map((result, index) =>
      addLines(
        result,
        own.filter((place) => place.result === index).flatMap(({ lines }) => lines),
        hasPrompts,
      ),
    );
    return { ...run, results };
  });
  return { ...document, runs };
}

function addLines(result: unknown, lines: readonly TracedLines[], hasPrompts: boolean): unknown {
  if (!isObject(result) || lines.length === 0) return result;
  const properties = objectAt(result, 'properties');
  const message = objectAt(result, 'message');
  const text = stringAt(message, 'text');
  const told = [...new Set(lines.map(sentence))].join('; ');
  return {
    ...result,
    // forges show the message and nothing else; one that the scanner keeps elsewhere stays as it is
    ...(text === null ? {} : { message: { ...message, text: `${text}\n\nLines: ${told}.` } }),
    properties: {
      ...properties,
      aitrail: { lines: lines.map((each) => lineDocument(each, hasPrompts)) },
    },
  };
}

/** `aitrail.trace/1`. */
export const traceDocument = ({ places }: Trace, hasPrompts: boolean): object => ({
  schema: 'aitrail.trace/1',
  findings: places.map(({ tool, rule, message, uri, path, region, lines }) => ({
    tool,
    rule,
    message,
    uri,
    path,
    startLine: region?.startLine ?? null,
    endLine: region?.endLine ?? null,
    lines: lines.map((each) => lineDocument(each, hasPrompts)),
  })),
});

const lineDocument = ({ prompt, ...line }: TracedLines, hasPrompts: boolean): object => ({
  ...line,
  ...(hasPrompts ? { prompt: prompt === null ? null : cut(prompt) } : {}),
});

const cut = (text: string): string =>
  text.length > PROMPT_CHARACTERS_MAX ? `${text.slice(0, PROMPT_CHARACTERS_MAX)}…` : text;

/** `claude-code with model-1 in s012, approved by Bob`. */
function sentence({ origin, agent, model, session, author, approvers }: TracedLines): string {
  const by = approvers.length === 0 ? '' : `, approved by ${approvers.join(' and ')}`;
  if (origin === 'unrecorded') return `unrecorded, committed by ${author}${by}`;
  if (origin === 'unknown') return `no provenance, committed by ${author}`;
  const who = `${agent ?? 'an agent'}${model === null ? '' : ` with ${model}`}`;
  const where = session === null ? '' : ` in ${session}`;
  return `${who}${where}${origin === 'mixed' ? `, then changed by ${author}` : ''}${by}`;
}

/** @returns lines ended by LF. */
export function traceText({ places }: Trace, style: Style, hasPrompts: boolean): string {
  const lines = places.flatMap((place) => [
    `${style.bold(plainLine(whereOf(place)))}  ${plainLine(place.rule)}  ${style.faint(plainLine(place.message))}`,
    ...(place.lines.length === 0 ? ['  nothing known: no line of a file that git keeps'] : []),
    ...place.lines.flatMap((line) => [
      `  ${rangeOf(line)} ${style.agent(plainLine(sentence(line)))}  ${style.faint(idsOf(line))}`.trimEnd(),
      ...(hasPrompts && line.prompt !== null ? [`    asked: ${plainLine(cut(line.prompt))}`] : []),
    ]),
  ]);
  return `${[...lines, ...traceSummary(places)].join('\n')}\n`;
}

const whereOf = ({ path, uri, region }: TracedPlace): string =>
  `${path ?? uri}${region === null ? '' : `:${String(region.startLine)}`}`;

const rangeOf = ({ startLine, endLine }: TracedLines): string =>
  startLine === endLine ? String(startLine) : `${String(startLine)}-${String(endLine)}`;

const idsOf = ({ exchange, commit }: TracedLines): string =>
  [exchange, commit.slice(0, 8)].filter((id) => id !== null).join(' ');

/** How many findings stand on lines of which origin: the first that applies of ai, mixed, unrecorded, unknown. */
export function traceSummary(places: readonly TracedPlace[]): readonly string[] {
  const kinds = ['ai', 'mixed', 'unrecorded', 'unknown'] as const;
  const found = places.map(({ lines }) =>
    kinds.find((kind) => lines.some(({ origin }) => origin === kind)),
  );
  const counts = [...kinds, undefined].flatMap((kind) => {
    const count = found.filter((each) => each === kind).length;
    return count === 0 ? [] : [`${String(count)} ${kind ?? 'on no line of a commit'}`];
  });
  const total = counted(places.length, 'finding');
  return [counts.length === 0 ? total : `${total}: ${counts.join(', ')}`];
}
