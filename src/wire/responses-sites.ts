// Where the text is in the events of a Responses stream. Every text comes up to four times: in deltas, in its `.done`,
// in the item's `.done` and in `response.completed`.
import { isObject, isString, numberAt, objectAt, stringAt } from '../model/json.ts';
import type { EventReading, Field, TextSite } from '../model/wire.ts';
import type { SiteReader } from './format.ts';
import { itemSites, itemTool, partSites } from './responses-items.ts';
import { deltaSite, restSites, wholeSite } from './sites.ts';

interface Kind {
  readonly field: Field;
  /** Last part of the channel's name. */
  readonly channel: string;
  /** Key of the whole text in the `.done` event. */
  readonly whole: string;
}

/** By the event's type without `response.` and `.delta` or `.done`. */
const KINDS: Readonly<Record<string, Kind>> = {
  output_text: { field: 'text', channel: 'text', whole: 'text' },
  refusal: { field: 'text', channel: 'refusal', whole: 'refusal' },
  function_call_arguments: { field: 'arguments', channel: 'arguments', whole: 'arguments' },
  mcp_call_arguments: { field: 'arguments', channel: 'arguments', whole: 'arguments' },
  custom_tool_call_input: { field: 'freeform', channel: 'input', whole: 'input' },
  code_interpreter_call_code: { field: 'freeform', channel: 'code', whole: 'code' },
  // reasoning goes back to the model with its sealed form beside it
  reasoning_summary_text: { field: 'sealed', channel: 'text', whole: 'text' },
  reasoning_text: { field: 'sealed', channel: 'text', whole: 'text' },
  'audio.transcript': { field: 'text', channel: 'transcript', whole: 'transcript' },
};

const TERMINAL = new Set([
  'response.completed',
  'response.incomplete',
  'response.failed',
  'response.cancelled',
  'error',
]);

const EVENT = /^response\.(.+)\.(delta|done)$/;

export function openResponsesSites(): SiteReader {
  const tools = new Map<string, string | null>();
  const known = (json: unknown, type: string): readonly TextSite[] => {
    const item = objectAt(json, 'item');
    if (type === 'response.output_item.added')
      tools.set(stringAt(item, 'id') ?? itemKey(json), itemTool(item));
    if (type.startsWith('response.output_item.')) return itemSites(item, ['item']);
    if (type.startsWith('response.content_part.') || type.includes('summary_part.'))
      return partEventSites(json, type);
    if (type === 'error')
      return [wholeSite({ channel: 'error', path: ['message'], field: 'error' })];
    if (isObject(json) && isObject(json['response'])) return responseSites(json['response']);
    return textSites(json, type, tools.get(itemKey(json)) ?? null);
  };
  return {
    read: (json, event): EventReading => {
      const type = stringAt(json, 'type') ?? event ?? '';
      const sites = known(json, type).filter((site) => isString(valueAt(json, site)));
      return {
        sites: [...sites, ...restSites(json, sites)],
        closes: closesOf(json, type),
        isTerminal: TERMINAL.has(type),
        isKeepAlive: type === 'keepalive' || type === 'response.keepalive' || type === 'ping',
      };
    },
  };
}

const itemKey = (json: unknown): string =>
  stringAt(json, 'item_id') ?? `#${numberAt(json, 'output_index') ?? 0}`;

function valueAt(json: unknown, site: TextSite): unknown {
  let node = json;
  for (const key of site.path) {
    if (Array.isArray(node) && typeof key === 'number') node = node[key];
    else node = isObject(node) ? node[key] : undefined;
  }
  return node;
}

/** Channels are named as in `itemSites`, so that a copy and its deltas are one. */
function channelOf(json: unknown, type: string, last: string): string {
  const summary = numberAt(json, 'summary_index');
  const content = numberAt(json, 'content_index');
  if (summary !== null) return `${itemKey(json)}:summary:${summary}:${last}`;
  const list = type.includes('reasoning') ? 'content:' : '';
  return content === null
    ? `${itemKey(json)}:${last}`
    : `${itemKey(json)}:${list}${content}:${last}`;
}

function textSites(json: unknown, type: string, tool: string | null): readonly TextSite[] {
  const found = EVENT.exec(type);
  const kind = KINDS[found?.[1] ?? ''];
  if (found === null || kind === undefined) return [];
  const channel = channelOf(json, type, kind.channel);
  const facts = { channel, field: kind.field, tool };
  return found[2] === 'delta'
    ? [deltaSite({ ...facts, path: ['delta'] })]
    : [wholeSite({ ...facts, path: [kind.whole] })];
}

function closesOf(json: unknown, type: string): readonly string[] {
  const found = EVENT.exec(type);
  const kind = KINDS[found?.[1] ?? ''];
  return kind === undefined || found?.[2] !== 'done' ? [] : [channelOf(json, type, kind.channel)];
}

function partEventSites(json: unknown, type: string): readonly TextSite[] {
  const summary = numberAt(json, 'summary_index');
  const index = summary ?? numberAt(json, 'content_index') ?? 0;
  const part = objectAt(json, 'part');
  const isSealed = summary !== null || stringAt(part, 'type') === 'reasoning_text';
  const list = summary !== null ? 'summary:' : isSealed ? 'content:' : '';
  const sites = partSites(part, {
    key: `${itemKey(json)}:${list}${index}`,
    path: ['part'],
    isSealed,
  });
  // a part that starts with text starts its channel
  return type.endsWith('.added') ? sites.map((site) => ({ ...site, piece: 'delta' })) : sites;
}

function responseSites(response: unknown): readonly TextSite[] {
  return responseBodySites(response).map((site) => ({ ...site, path: ['response', ...site.path] }));
}

/** Sites of a reply document; also what `response.completed` holds. */
export function responseBodySites(body: unknown): readonly TextSite[] {
  const output = isObject(body) ? body['output'] : undefined;
  return Array.isArray(output) ? output.flatMap((item, i) => itemSites(item, ['output', i])) : [];
}
