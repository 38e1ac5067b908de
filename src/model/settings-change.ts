// What `init --agent` puts into settings files of other programs, so that they lead to the proxy.
import type { JsonObject } from './json.ts';

/** Paths are absolute. */
export type SettingsChange =
  /** One member of a JSON file that may hold comments; `at` are the keys that lead to it. */
  | {
      readonly kind: 'member';
      readonly path: string;
      readonly at: readonly string[];
      readonly value: string;
    }
  /** One more item of an array in such a file. */
  | {
      readonly kind: 'item';
      readonly path: string;
      readonly at: readonly string[];
      readonly value: JsonObject;
    }
  /** A first line, without its ending: TOML's keys of the top level, `.env` files, lists of patterns. */
  | { readonly kind: 'line'; readonly path: string; readonly text: string }
  /** A file that is ours as a whole. */
  | { readonly kind: 'file'; readonly path: string; readonly text: string };

/** What one client's settings get. */
export interface SettingsPlan {
  readonly changes: readonly SettingsChange[];
  /** What the person must know. One line. */
  readonly notice: string | null;
}
