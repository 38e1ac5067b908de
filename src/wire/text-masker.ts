// What masking at rest needs from the scanner; src/flow passes it in.
import type { MaskRange, MaskRecord, SecretFinding } from '../model/secret.ts';
import type { TextEdit } from './json-spans.ts';

export interface TextMasker {
  /** Every secret in the text, in order, with what stands for it. */
  maskText(text: string): { readonly findings: readonly MaskedFinding[] };
  /** What stands for a value that is secret wherever it comes from. */
  hide(kind: string, value: string): string;
}

export interface MaskedFinding {
  readonly finding: SecretFinding;
  readonly placeholder: string;
}

export interface FoundEdits {
  readonly edits: readonly TextEdit[];
  readonly masks: readonly MaskRecord[];
}

const NOTHING: FoundEdits = { edits: [], masks: [] };
/** No secret is shorter. */
const CHARS_MIN = 6;
/** A key that says what its value is: the two are looked at together. */
const TELLING_KEY = /pass|secret|token|key|pwd|credential|auth|cookie|dsn|conn/i;
const TOLD_CHARS_MAX = 1024;

/**
 * Finds the secrets of one string.
 *
 * @param key the JSON key or the name that the string stands under, null where it has none.
 */
export function findEdits(
  masker: TextMasker,
  text: string,
  place: { readonly key: string | null; readonly channel: string },
): FoundEdits {
  if (text.length < CHARS_MIN) return NOTHING;
  const { key } = place;
  const isTold = key !== null && text.length <= TOLD_CHARS_MAX && TELLING_KEY.test(key);
  const prefix = isTold ? `${key}=` : '';
  const found = masker
    .maskText(prefix + text)
    .findings.filter(({ finding }) => finding.start >= prefix.length);
  if (found.length === 0) return NOTHING;
  return {
    edits: found.map(({ finding, placeholder }) => ({
      start: finding.start - prefix.length,
      end: finding.end - prefix.length,
      replacement: placeholder,
    })),
    masks: found.map(({ finding, placeholder }) =>
      atRest({ rule: finding.rule, placeholder, channel: place.channel }, [
        finding.start - prefix.length,
        finding.end - prefix.length,
      ]),
    ),
  };
}

/** The value went on to the model; only the record has the placeholder. */
export const atRest = (
  mask: Pick<MaskRecord, 'rule' | 'placeholder' | 'channel'>,
  range: MaskRange,
): MaskRecord => ({ ...mask, direction: 'atRest', isForwarded: true, ranges: [range] });
