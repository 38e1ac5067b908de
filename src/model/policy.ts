// The policy in force: what src/config reads from the organisation's, the user's and the repository's files, merged so
// that nobody loosens what stands above. JSON-safe: the hooks read it from .git/aitrail/policy.json.
import type { SigstorePlaces } from './signing.ts';
import type { Requirement } from './verification.ts';
import type { Protocol } from './wire.ts';

export type SecretAction = 'mask' | 'block' | 'warn' | 'off';
export type RuleAction = 'block' | 'approve' | 'warn';

/** Where a setting was written, for messages and `policy explain`. Lines and columns are 1-based. */
export interface SettingPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type CredentialSource =
  | { readonly kind: 'keyring' }
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'command'; readonly command: string };

export interface Connection {
  readonly name: string;
  readonly protocol: Protocol;
  /** Origin and optional path prefix, no trailing slash. */
  readonly upstream: string;
  readonly credential: CredentialSource | null;
  readonly isRecorded: boolean;
  /** Where `record: false` was written. */
  readonly recordPlace?: SettingPlace;
  /** The setting there, where it is not the connection's own. */
  readonly recordRule?: string;
  /** A git server: pushes to it are judged, and their commits must have what `require` names. */
  readonly git?: { readonly require: readonly Requirement[] };
  /** The organisation says whether it is recorded: no pipeline of the user's own file changes that. */
  readonly isRecordFixed?: boolean;
  /** Verified members of one of these alone may use it; absent: everybody. */
  readonly groups?: readonly string[];
}

/** An identity provider whose tokens count. */
export interface Issuer {
  /** `iss`, word for word. */
  readonly issuer: string;
  readonly audience: string;
  readonly groupsClaim: string | null;
  /** File with its keys; null: by discovery. */
  readonly jwks: string | null;
  /** Variable that holds a job's token; null: the platform's own ways. */
  readonly variable: string | null;
  /** People log in there; the audience is the id of the client that they do it with. */
  readonly login?: { readonly scopes: readonly string[] };
}

/** People log in there through the browser (SAML 2.0); the gateway gives them a token of its own. */
export interface SamlProvider {
  /** Its entity ID, word for word. */
  readonly issuer: string;
  /** Where a browser is sent to log in (HTTP-Redirect binding). */
  readonly entryPoint: string;
  /** File with the certificates that it signs with, PEM. */
  readonly certificate: string;
  /** What the gateway is called there; null: the address of its metadata. */
  readonly entityId: string | null;
  /** Names of the attributes. */
  readonly attributes: { readonly email: string; readonly name: string; readonly groups: string };
  /** Of the gateway's tokens. */
  readonly lifetimeMs: number;
}

export interface IdentityPolicy {
  readonly issuers: readonly Issuer[];
  readonly saml?: SamlProvider;
}

/** Which pipelines are recorded, by claims of verified tokens; the first that fits counts. */
export interface PipelineRule {
  readonly claims: Readonly<Record<string, string>>;
  readonly isRecorded: boolean;
  readonly place: SettingPlace;
}

export interface ProtectRule {
  /** gitignore patterns, matched against repository-relative paths. */
  readonly paths: readonly string[];
  /** `ai`: only changes that an AI made; `any`: all. */
  readonly from: 'ai' | 'any';
  /** Whom it holds for: members of one of these, and everybody who is not verified to be none; absent: everybody. */
  readonly groups?: readonly string[];
  readonly action: RuleAction;
  /** With `approve`: mail addresses and `group:NAME`; empty: any listed signer. */
  readonly approvers: readonly string[];
  readonly place: SettingPlace | null;
}

/** Branches of a remote that changes reach only by leave. */
export interface PushRule {
  /** Names of branches; `*` stands for a part of a segment, `**` for any. */
  readonly branches: readonly string[];
  readonly from: 'ai' | 'any';
  readonly action: RuleAction;
  readonly approvers: readonly string[];
  readonly place: SettingPlace | null;
}

/** What passes between agent and model, or through an http connection, and is stopped or told of. */
export interface StreamRule {
  readonly name: string;
  readonly on: 'tool-call' | 'prompt' | 'text' | 'http';
  /** RE2 syntax, anywhere in the text; null: whatever it says. */
  readonly match: string | null;
  /** HTTP method, upper case; null: any. */
  readonly method: string | null;
  /** Path without query; `*` stands for a part of a segment, `**` for any; null: all. */
  readonly path: string | null;
  /** As those of a protect rule. */
  readonly groups?: readonly string[];
  readonly action: RuleAction;
  readonly approvers: readonly string[];
  readonly place: SettingPlace | null;
}

/** Values in the JSON bodies of http connections that no pattern knows. */
export interface HttpMask {
  readonly name: string;
  readonly method: string | null;
  /** As a StreamRule's. */
  readonly path: string | null;
  /** JSONPath, see src/wire/json-paths.ts. */
  readonly paths: readonly string[];
  /** null: both. */
  readonly side: 'request' | 'reply' | null;
  readonly place: SettingPlace | null;
}

/** Where news go, without content. */
export interface NotifyTarget {
  readonly on: readonly NotifyKind[];
  readonly url: string;
  /** Signs what is sent. */
  readonly secret: CredentialSource;
  readonly place: SettingPlace;
}

/** Who is sent metrics, by OTLP over HTTP. */
/** What a receiver is told. */
export const OTLP_SIGNALS = ['metrics', 'traces', 'logs'] as const;
export type OtlpSignal = (typeof OTLP_SIGNALS)[number];

export interface OtlpReceiver {
  /** Base URL: `/v1/metrics` and so on is added. */
  readonly endpoint: string;
  readonly signals: readonly OtlpSignal[];
  /** By name, lower case. */
  readonly headers: Readonly<Record<string, CredentialSource>>;
}

/** A request for approval, something that was stopped, something that could not be recorded. */
export type NotifyKind = 'approval' | 'block' | 'gap';

export interface CustomSecretRule {
  readonly id: string;
  /** RE2 syntax. */
  readonly pattern: string;
  /** Where there are any: only lines that hold one of them are looked at, without regard to case. */
  readonly keywords: readonly string[];
  readonly place: SettingPlace | null;
  /** Number of the group that is the secret; without it the first that took part. */
  readonly group?: number;
  /** Least bits per character. */
  readonly entropy?: number;
}

export interface SecretsPolicy {
  readonly onResponse: SecretAction;
  readonly onRequest: SecretAction;
  readonly onCommit: { readonly ai: SecretAction; readonly other: SecretAction };
  readonly onPush: SecretAction;
  readonly toolArguments: 'written' | 'all' | 'record-only';
  /** gitignore patterns of paths that are not scanned at commit and push. */
  readonly allow: readonly string[];
  readonly rules: readonly CustomSecretRule[];
  /** Is a model that meets a placeholder told what it is? */
  readonly isExplained: boolean;
  /** Opt-in: keeps masked values, encrypted, for `reveal`. */
  readonly isVaultOn: boolean;
}

export interface Policy {
  readonly connections: Readonly<Record<string, Connection>>;
  readonly secrets: SecretsPolicy;
  readonly protect: readonly ProtectRule[];
  readonly rules: readonly StreamRule[];
  readonly httpMasks: readonly HttpMask[];
  readonly push: readonly PushRule[];
  /** Mail addresses by name: the organisation's, and the repository's as they stand at the base. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
  /** `holdMs` 0: nothing is held, the first try is refused. */
  readonly approvals: { readonly holdMs: number; readonly expireMs: number };
  readonly mode: 'enforce' | 'observe';
  /** `metadata`: of what is said only digests and keyed numbers of words are kept. */
  readonly content: 'full' | 'metadata';
  /** Patterns of remotes (`github.com/acme/*`) whose worktrees are recorded; null: all are. */
  readonly scope: readonly string[] | null;
  readonly retentionDays: number;
  /** Does the log say who looked at recordings? */
  readonly isAccessLogged: boolean;
  readonly signing: 'auto' | 'ssh' | 'gpg' | 'keyring' | 'file' | 'sigstore';
  readonly sigstore: SigstorePlaces;
  /** Does a person's signature count only where a FIDO key was touched for it? */
  readonly requiresTouch: boolean;
  readonly notes: { readonly push: boolean; readonly gitAi: boolean };
  /** One line after each commit that holds an AI's lines. */
  readonly summary: boolean;
  readonly onStoreError: 'refuse' | 'forward';
  readonly identity: IdentityPolicy;
  readonly pipelines: readonly PipelineRule[];
  readonly notify: readonly NotifyTarget[];
  /** null: no metrics are sent. */
  readonly telemetry: OtlpReceiver | null;
  /** SHA-256 over the canonical JSON of all of the above, hex; goes into statements. */
  readonly digest: string;
  /** Files that took part, in order of precedence. */
  readonly files: readonly string[];
}

/** Which key signs; without `requiresTouch` any kind will do, without `sigstore` it is the public one. */
export type SigningPolicy = Pick<Policy, 'signing'> &
  Partial<Pick<Policy, 'requiresTouch' | 'sigstore'>>;
