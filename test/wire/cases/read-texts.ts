// Reads a body as a client would, by other means than the program's: the texts of each channel put together, and what
// is left of the events without them.
import { arrayAt, isObject, numberAt, parseJson } from '../../../src/model/json.ts';
import type { ReplyKind } from '../../../src/wire/reply-kind.ts';

export interface ReadBody {
  /** By channel. */
  readonly texts: ReadonlyMap<string, string>;
  /** The events with every string emptied, as JSON. */
  readonly shapes: readonly string[];
}

const IDS = ['index', 'item_id', 'output_index', 'content_index', 'summary_index'];

export function readTexts(body: Uint8Array, kind: ReplyKind): ReadBody {
  const said = Buffer.from(body).toString('utf8');
  const whole = kind === 'sequence' ? arrayAt({ all: parseJson(said) }, 'all') : [];
  const items = whole.map((item) => JSON.stringify(item));
  const datas = kind === 'sse' ? eventData(said) : kind === 'sequence' ? items : [said];
  const texts = new Map<string, string>();
  const shapes = datas.map((data) => {
    const json = parseJson(data);
    if (json === undefined) {
      texts.set('', (texts.get('') ?? '') + data);
      return '';
    }
    return JSON.stringify(empty(json, eventKey(json), texts));
  });
  return { texts, shapes };
}

function eventData(body: string): readonly string[] {
  return body
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .reduce<string[][]>(
      (events, line) => {
        if (line === '') events.push([]);
        else if (line.startsWith('data:')) events.at(-1)?.push(line.slice(5).replace(/^ /, ''));
        return events;
      },
      [[]],
    )
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'));
}

const eventKey = (json: unknown): string =>
  isObject(json) ? [json['type'], ...IDS.map((id) => json[id])].map(String).join(' ') : '';

function empty(node: unknown, key: string, texts: Map<string, string>): unknown {
  if (typeof node === 'string') {
    texts.set(key, (texts.get(key) ?? '') + node);
    return '';
  }
  if (Array.isArray(node))
    return node.map((item, i) =>
      empty(item, `${key}/${String(numberAt(item, 'index') ?? i)}`, texts),
    );
  if (!isObject(node)) return node;
  return Object.fromEntries(
    Object.entries(node).map(([name, value]) => {
      texts.set(`${key} keys`, (texts.get(`${key} keys`) ?? '') + name);
      const plain = name.replace(/^.*(?:AITRAIL_|gh).*$/, '');
      return [plain, empty(value, `${key}.${plain}`, texts)];
    }),
  );
}
