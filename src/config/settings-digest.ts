// What stands in the ledger for a value that was put into somebody's settings: enough to know it again.
import { createHash } from 'node:crypto';
import { canonicalJson } from '../model/canonical-json.ts';
import type { SettingsChange } from '../model/settings-change.ts';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** @returns SHA-256, hex, of the value's canonical JSON, or of the line or file. */
export const digestOf = (change: SettingsChange): string =>
  sha256('text' in change ? change.text : canonicalJson(change.value));
