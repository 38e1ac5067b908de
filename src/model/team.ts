// Where a team's records lie, and where its gateway listens.
import type { CredentialSource } from './policy.ts';

/** A PostgreSQL database. */
export interface SharedStore {
  /** Without a password. */
  readonly url: string;
  readonly password: CredentialSource | null;
  /** Signs the log; null: a key in the state directory. */
  readonly logKey: CredentialSource | null;
  /** Where large pieces lie; null: in the database. */
  readonly objects: ObjectBucket | null;
}

export interface ObjectBucket {
  /** Server, bucket, prefix. */
  readonly url: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: CredentialSource;
}

/** Mail addresses and `group:NAME`; absent: nobody, but every verified caller is a caller. */
export type Roles = Readonly<Partial<Record<Role, readonly string[] | undefined>>>;

/** Approvers answer what waits at the gateway; for commits and pushes the signers of a repository say who approves. */
export const ROLES = ['caller', 'approver', 'auditor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export interface GatewayPlace {
  readonly host: string;
  readonly port: number;
  /** How people reach it, without a slash at its end; null: nobody logs in here. */
  readonly url: string | null;
  /** Names besides loopback that a request may be for, lower case. */
  readonly hosts: readonly string[];
  /** Absolute paths of PEM files; null: plain HTTP. */
  readonly tls: { readonly certificate: string; readonly key: string } | null;
  readonly roles: Roles;
}

export interface TeamPlaces {
  /** null: the embedded store. */
  readonly store: SharedStore | null;
  readonly gateway: GatewayPlace;
  /** URL of the gateway that this machine reports to by itself; null: to none. */
  readonly reporting: string | null;
}
