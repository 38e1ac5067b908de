// What stands in the ledger for a value that was put into somebody's settings: enough to know it again.
import { canonicalJson } from '../model/canonical-json.ts';
import type { SettingsChange } from '../model/settings-change.ts';
import { sha256Hex } from '../model/sha256.ts';

/** @returns SHA-256, hex, of the value's canonical JSON, or of the line or file. */
export const digestOf = (change: SettingsChange): string =>
  sha256Hex('text' in change ? change.text : canonicalJson(change.value));
