// What a file of this folder says about one client.
import type { Edit, OutcomeReport } from '../model/edit.ts';
import type { SettingsPlan } from '../model/settings-change.ts';
import type { ToolCall, WireRequest } from '../model/wire.ts';

export interface AgentFacts {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Path and query behind the connection. */
  readonly url: string;
  /** null where the body is of no known format. */
  readonly request: WireRequest | null;
  /** The request's JSON, undefined where it is none. */
  readonly body: unknown;
}

export interface ConnectTarget {
  /** `http://127.0.0.1:PORT/TOKEN/CONNECTION`, without a slash at the end. */
  readonly baseUrl: (connection: string) => string;
  /** Does the policy in force have this connection? */
  readonly hasConnection: (connection: string) => boolean;
  /** What AITRAIL_SESSION is set to. */
  readonly session: string;
  /** Where `files` may lie: a folder of this run's own. */
  readonly tempDir: string;
  /** A folder of ours that outlives the run. */
  readonly keepDir: string;
  /** The caller's home directory. */
  readonly home: string;
  /** Where the client looks for a project's settings: working directory, then the worktree's root. */
  readonly projects: readonly string[];
  /** The text of a client's own settings file; null where it is not there. */
  readonly read: (path: string) => string | null;
  /** The caller's. */
  readonly env: Readonly<Record<string, string>>;
  /** Keys in place of those in custody. */
  readonly keys?: Readonly<Record<string, string>>;
  /** Variables of the forward proxy, where it is wanted. */
  readonly forward?: Readonly<Record<string, string>>;
}

export interface Connected {
  readonly env: Readonly<Record<string, string>>;
  readonly unset: readonly string[];
  /** Go right behind the command's name. */
  readonly args: readonly string[];
  /** To be written before the start, mode 0600; those below `tempDir` are removed after it. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** Symbolic links to be made where `to` is there and `path` is not. */
  readonly links?: readonly { readonly path: string; readonly to: string }[];
  /** What the person must know: this client cannot be pointed at the proxy, or only in part. One line. */
  readonly notice: string | null;
}

/** Clients of both large providers wait for five minutes without an event (each seen to wait for 250 s). */
export const PATIENCE_MS = 300_000;

/** For settings that stay, `session` and `tempDir` mean nothing. */
export interface SettleTarget extends ConnectTarget {
  /** The repository's. */
  readonly worktree: string;
  /** Shell command that does nothing where the daemon runs, and else starts it; silent, exit status 2 where it cannot. */
  readonly ensure: string;
  /** Shell command that hands on what a hook is told on stdin, silent and bounded; null where nobody asked for it. */
  readonly report: string | null;
  /** How a program calls aitrail: Node, then the entry. */
  readonly program: readonly string[];
}

/** How a client keeps being led to the proxy without `aitrail run`. */
export interface Settling {
  /** Whose settings these are: one file for all repositories, or one per repository. */
  readonly scope: 'user' | 'repository';
  readonly plan: (target: SettleTarget) => SettingsPlan;
}

export interface AgentSpec {
  /** As in records and on the screen. */
  readonly name: string;
  /** Base names of the commands that start it. */
  readonly commands: readonly string[];
  /** null: the request is not from this client. */
  readonly recognise: (facts: AgentFacts) => { readonly version: string | null } | null;
  /** The client's own id of the conversation; null where it sends none. */
  readonly conversation: (facts: AgentFacts) => string | null;
  /** Conversation or agent that started this one. */
  readonly parent: (facts: AgentFacts) => string | null;
  /** Titles, routers, classifiers: recorded, but what they say is nobody's code. */
  readonly isSideCall: (facts: AgentFacts) => boolean;
  /** It has no setting for a base URL: HTTPS_PROXY and the local authority lead it. */
  readonly needsForwardProxy?: boolean;
  /** It gives up on a reply of which nothing has come for this long; absent: as most, PATIENCE_MS. */
  readonly patienceMs?: number;
  readonly connect: (target: ConnectTarget) => Connected;
  /** Left out for a client that is told by its environment alone. */
  readonly settle?: Settling;
  /** Where this client's calls mean more than their shape says; null: as their shape says. */
  readonly readCall?: (call: ToolCall) => readonly Edit[] | null;
  /** Shell commands that a call runs where its arguments do not show them plainly. */
  readonly innerCommands?: (
    call: ToolCall,
  ) => readonly { readonly command: string; readonly directory: string }[];
  /** What a hook of its own was told; null for what says nothing of a call. */
  readonly readReport?: (report: unknown) => Omit<OutcomeReport, 'agent'> | null;
  /** Where this client writes files from plain text. */
  readonly readText?: (text: string) => readonly Edit[];
}
