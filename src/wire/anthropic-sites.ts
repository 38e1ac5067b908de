// Where the text is in the events of a Messages stream.
import { isObject, numberAt, objectAt, stringAt } from '../model/json.ts';
import type { EventReading, TextSite } from '../model/wire.ts';
import type { SiteReader } from './format.ts';
import type { JsonPath } from './json-spans.ts';
import { argumentSites, deltaSite, restSites, wholeSite } from './sites.ts';

const CHANNELS = ['text', 'input', 'thinking'] as const;

/** Thinking always carries a signature here, in its last delta: its text is sealed from the first one on. */
const FIELDS = {
  text_delta: { key: 'text', channel: 'text', field: 'text' },
  input_json_delta: { key: 'partial_json', channel: 'input', field: 'arguments' },
  thinking_delta: { key: 'thinking', channel: 'thinking', field: 'sealed' },
} as const;

const isKnownDelta = (type: string | null): type is keyof typeof FIELDS =>
  type !== null && type in FIELDS;

export function openAnthropicSites(): SiteReader {
  const tools = new Map<number, string>();

  const knownSites = (json: unknown, type: string | null): readonly TextSite[] => {
    const index = numberAt(json, 'index') ?? 0;
    if (type === 'content_block_start') {
      const block = objectAt(json, 'content_block');
      const name = stringAt(block, 'name');
      if (name !== null) tools.set(index, name);
      return startSites(block, index);
    }
    if (type === 'content_block_delta') return deltaSites(json, index, tools.get(index) ?? null);
    if (type === 'error')
      return [wholeSite({ channel: 'error', path: ['error', 'message'], field: 'error' })];
    return [];
  };

  return {
    read: (json, event): EventReading => {
      const type = stringAt(json, 'type') ?? event;
      const sites = knownSites(json, type);
      const index = numberAt(json, 'index') ?? 0;
      return {
        sites: type === 'ping' ? [] : [...sites, ...restSites(json, sites)],
        closes:
          type === 'content_block_stop' ? CHANNELS.map((channel) => `${index}:${channel}`) : [],
        isTerminal: type === 'message_stop' || type === 'error',
        isKeepAlive: type === 'ping',
      };
    },
  };
}

function deltaSites(json: unknown, index: number, tool: string | null): readonly TextSite[] {
  const type = stringAt(objectAt(json, 'delta'), 'type');
  if (!isKnownDelta(type)) return [];
  const { key, channel, field } = FIELDS[type];
  return [deltaSite({ channel: `${index}:${channel}`, path: ['delta', key], field, tool })];
}

/** Blocks usually start empty; what stands there all the same begins the channel. */
function startSites(block: unknown, index: number): readonly TextSite[] {
  const type = stringAt(block, 'type');
  const path = ['content_block'];
  if (type === 'text')
    return [deltaSite({ channel: `${index}:text`, path: [...path, 'text'], field: 'text' })];
  if (type === 'thinking') {
    const channel = `${index}:thinking`;
    return [deltaSite({ channel, path: [...path, 'thinking'], field: 'sealed' })];
  }
  return anthropicBlockSites(block, path);
}

/** Sites of a block that is there as a whole. */
export function anthropicBlockSites(block: unknown, path: JsonPath): readonly TextSite[] {
  const channel = `block:${path.join('.')}`;
  switch (stringAt(block, 'type')) {
    case 'text':
      return [wholeSite({ channel, path: [...path, 'text'], field: 'text' })];
    case 'thinking':
      return [wholeSite({ channel, path: [...path, 'thinking'], field: 'sealed' })];
    case 'tool_use':
    case 'server_tool_use': {
      const value = isObject(block) ? block['input'] : undefined;
      return argumentSites(
        { value, path: [...path, 'input'] },
        { channel, tool: stringAt(block, 'name') },
      );
    }
    case null:
    default:
      return [];
  }
}
