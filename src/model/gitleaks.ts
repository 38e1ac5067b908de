// What a `.gitleaks.toml` says, as far as it is about what is a secret here.
import type { CustomSecretRule, SettingPlace } from './policy.ts';

export interface GitleaksPattern {
  /** RE2 syntax. */
  readonly pattern: string;
  readonly place: SettingPlace;
}

/** A finding that it fits is let through. */
export interface GitleaksAllowlist {
  /** Ids of the rules that it is about; empty: all. */
  readonly rules: readonly string[];
  /** All of its checks must fit rather than any. */
  readonly isConjunction: boolean;
  /** Full ids, or beginnings of them. */
  readonly commits: readonly string[];
  readonly paths: readonly GitleaksPattern[];
  readonly regexes: readonly GitleaksPattern[];
  /** What the regexes look at. */
  readonly target: 'secret' | 'line';
  /** In the secret, without regard to case. */
  readonly stopwords: readonly string[];
}

export interface GitleaksConfig {
  readonly rules: readonly CustomSecretRule[];
  /** By rule id: where a rule looks at some paths alone. */
  readonly rulePaths: ReadonlyMap<string, GitleaksPattern>;
  readonly disabled: readonly string[];
  readonly allowlists: readonly GitleaksAllowlist[];
}
