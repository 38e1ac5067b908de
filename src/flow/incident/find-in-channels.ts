// A value that came in pieces, over the events of a reply in a form that is not read otherwise: each string that events
// bring piece by piece is one channel, told by where it stands in them and what they name.
import { parseJson } from '../../model/json.ts';
import { heldIn, type Needle } from './needles.ts';

/** Names that tell the strings of one reply apart; those of single events tell nothing. */
const NAMES = /^(?!event_id$)(?:.*_)?(?:index|id|type)$/;

export function isInChannel(reply: Uint8Array, needles: readonly Needle[]): boolean {
  const channels = new Map<string, string>();
  for (const line of Buffer.from(reply).toString('utf8').split('\n')) {
    const event = line.includes('{') ? parseJson(line.slice(line.indexOf('{'))) : undefined;
    const names: string[] = [];
    const strings: (readonly [string, string])[] = [];
    visit(event, '', (path, name, value) => {
      if (NAMES.test(name)) names.push(`${path}=${String(value)}`);
      else if (typeof value === 'string') strings.push([path, value]);
    });
    for (const [path, text] of strings) {
      const channel = [path, ...names].join(' ');
      channels.set(channel, (channels.get(channel) ?? '') + text);
    }
  }
  return [...channels.values()].some((text) => heldIn(text, needles) !== null);
}

type VisitLeaf = (path: string, name: string, value: unknown) => void;

function visit(value: unknown, path: string, onLeaf: VisitLeaf): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    if (typeof inner === 'object') visit(inner, `${path}.${name}`, onLeaf);
    else onLeaf(`${path}.${name}`, name, inner);
  }
}
