// Masks a whole text at once.
import type { SecretFinding } from '../model/secret.ts';
import { RANK } from './candidate.ts';
import { findManifestValues } from './manifest.ts';
import { kindOf, makePlaceholder } from './placeholder.ts';
import type { Restore } from './restore-mask.ts';
import { settle, toFinding, type Scanner } from './scanner.ts';

export interface Masker {
  readonly scanner: Scanner;
  /** The installation's key, see makePlaceholder. */
  readonly key: Uint8Array;
  /** What stands for a value; by default what makePlaceholder says. */
  readonly name?: (rule: string, value: string) => string;
  /** What placeholders in a model's reply turn back into; by default they stay. */
  readonly restore?: Restore;
  /** Told each value that was masked whole: the vault, where policy turns it on. */
  readonly onMasked?: (masked: MaskedValue) => void;
}

/** A value and what stands in its place. Lives in memory and in the vault only. */
export interface MaskedValue {
  readonly placeholder: string;
  readonly rule: string;
  readonly value: string;
}

export interface MaskedFinding {
  readonly finding: SecretFinding;
  readonly placeholder: string;
}

export interface MaskedText {
  readonly text: string;
  /** In order; spans are offsets into the text as it was. */
  readonly findings: readonly MaskedFinding[];
}

/** Replaces every secret by its placeholder; a text without one is returned as it is. */
export function maskText(masker: Masker, text: string): MaskedText {
  const found = [...masker.scanner.analyse(text), ...findManifestValues(text)];
  const candidates = settle(found, text, RANK.cut);
  const name = masker.name ?? ((rule, value) => makePlaceholder(masker.key, kindOf(rule), value));
  const findings = candidates.map(toFinding).map((finding) => ({
    finding,
    placeholder: name(finding.rule, text.slice(finding.start, finding.end)),
  }));
  if (findings.length === 0) return { text, findings };
  let masked = '';
  let at = 0;
  for (const { finding, placeholder } of findings) {
    masked += text.slice(at, finding.start) + placeholder;
    at = finding.end;
    const value = text.slice(finding.start, finding.end);
    masker.onMasked?.({ placeholder, rule: finding.rule, value });
  }
  return { text: masked + text.slice(at), findings };
}
