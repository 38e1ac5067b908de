// Who calls and in what context: what a verified token claims, else what the environment says.

/** `git`: git's own idea of who acts, on a person's machine. */
export type IdentitySource = 'git' | 'environment' | 'claim';

/** What is told of a CI job. */
export const CI_FACTS = [
  'provider',
  'repository',
  'pipeline',
  'job',
  'run',
  'actor',
  'ref',
  'sha',
] as const;
export type CiFact = (typeof CI_FACTS)[number];

export interface ToldFact {
  readonly value: string;
  readonly source: 'claim' | 'environment';
}

export type CiContext = Readonly<Partial<Record<CiFact, ToldFact>>>;

/** A variable that says something else than the verified claim; the claim counts. */
export interface Mismatch {
  readonly fact: CiFact;
  readonly claim: string;
  readonly environment: string;
}

export interface Identity {
  readonly source: IdentitySource;
  /** Of a verified token; null without one. */
  readonly issuer: string | null;
  readonly subject: string | null;
  /** From the issuer's groups claim. */
  readonly groups: readonly string[];
  /** Scalar claims as text, for rules about pipelines; empty without a verified token. */
  readonly claims: Readonly<Record<string, string>>;
  /** null outside CI. */
  readonly ci: CiContext | null;
  readonly mismatches: readonly Mismatch[];
}

export const LOCAL_IDENTITY: Identity = {
  source: 'git',
  issuer: null,
  subject: null,
  groups: [],
  claims: {},
  ci: null,
  mismatches: [],
};
