// What record a leaf says it stands for.
import { parseJson, stringAt } from '../model/json.ts';
import type { LogEntry } from './store.ts';

/** Empty where the leaf does not say. */
export function nameOf(entry: LogEntry): { readonly kind: string; readonly id: string } {
  const leaf = parseJson(Buffer.from(entry.data).toString('utf8'));
  return { kind: stringAt(leaf, 'kind') ?? '', id: stringAt(leaf, 'id') ?? '' };
}
