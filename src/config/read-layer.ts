// One configuration file → a layer of the policy. Loads the YAML reader and the schema, so it is imported on demand:
// most people have no file, and all of them wait for a command to start.
import { checkDocument } from './check-document.ts';
import { type ConfigText, readDocument } from './document.ts';
import type { Layer, LayerKind } from './ladder.ts';

/** @throws Fault CONFIG_INVALID with file, line and column. */
export function readLayer(kind: LayerKind, text: ConfigText): Layer {
  const document = readDocument(text);
  return { kind, document, settings: checkDocument(document) };
}
