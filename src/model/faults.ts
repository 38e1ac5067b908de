// The table of error codes. Codes are stable once shipped; docs/errors.md is generated from this table.
// exit: 1 the answer is no, 2 wrong usage or configuration, 3 it could not be done or checked.

interface FaultKind {
  readonly exit: 1 | 2 | 3;
  readonly fix: string;
}

export const FAULTS = {
  // usage and configuration
  USAGE: { exit: 2, fix: 'see aitrail --help' },
  QUERY_INVALID: {
    exit: 2,
    fix: 'words, "words in a row", begin*, -without, key:value; see aitrail search --help',
  },
  NODE_TOO_OLD: { exit: 2, fix: 'install Node 20.19 or newer' },
  VERSION_TOO_OLD: { exit: 2, fix: 'install a newer aitrail: npm install --global aitrail' },
  CONFIG_INVALID: {
    exit: 2,
    fix: 'correct the line named above; aitrail policy explain lists every key',
  },
  CONFIG_NOT_YOURS: {
    exit: 2,
    fix: 'move the key to your own file: ~/.config/aitrail/config.yaml',
  },
  SETTINGS_UNREADABLE: { exit: 2, fix: 'correct that file, then run aitrail init again' },
  SETTINGS_TAKEN: { exit: 2, fix: 'take it out of that file, then run aitrail init again' },
  CONFIG_UNREADABLE: { exit: 2, fix: 'make the file readable, or remove it' },
  // repository
  NOT_A_REPOSITORY: { exit: 2, fix: 'run it inside a git repository, or make one: git init' },
  REPOSITORY_REFUSED: {
    exit: 3,
    fix: 'if you trust what is in it, name it to git: git config --global --add safe.directory DIR',
  },
  STATE_UNWRITABLE: { exit: 3, fix: 'make .git/aitrail yours to write, or free space on its disk' },
  BARE_REPOSITORY: { exit: 2, fix: 'run it in a clone with a working tree' },
  SET_UP_BUSY: { exit: 3, fix: 'wait for the other aitrail init or uninstall to end' },
  NO_COMMITS: { exit: 2, fix: 'make a first commit: git commit' },
  NO_SUCH_REVISION: { exit: 2, fix: 'name a commit, branch or tag that exists: git log --oneline' },
  NO_SUCH_FILE: {
    exit: 2,
    fix: 'name a file that exists in that revision: git ls-tree -r --name-only REV',
  },
  GIT_MISSING: { exit: 3, fix: 'install git 2.34 or newer and put it on PATH' },
  GIT_FAILED: { exit: 3, fix: 'run the git command named above by hand' },
  OBJECTS_MISSING: { exit: 3, fix: 'fetch the missing history: git fetch --unshallow' },
  // daemon, proxy
  PAGES_MISSING: { exit: 3, fix: 'install aitrail again, or build it: npm run build' },
  PORT_BUSY: { exit: 3, fix: 'choose another port, or none to let aitrail pick one' },
  DAEMON_UNREACHABLE: {
    exit: 3,
    fix: 'start it: aitrail proxy start; then read aitrail proxy logs',
  },
  DAEMON_RUNNING: { exit: 3, fix: 'use the one that runs: aitrail proxy status' },
  TOKEN_UNKNOWN: {
    exit: 1,
    fix: 'open a new session: aitrail run -- COMMAND, or eval "$(aitrail env)"',
  },
  IDENTITY_REFUSED: {
    exit: 1,
    fix: 'get a fresh token, for the audience under identity: in the configuration',
  },
  IDENTITY_UNCHECKED: {
    exit: 3,
    fix: 'try again; keys may also come from a file: identity.issuers[].jwks',
  },
  GROUP_NOT_ALLOWED: {
    exit: 1,
    fix: 'ask whoever keeps the groups of this connection, or use another connection',
  },
  GATE_COPYING: {
    exit: 1,
    fix: 'push again in a while: the copy goes on meanwhile, and is made once',
  },
  PUSH_UNREADABLE: {
    exit: 1,
    fix: 'push with git itself, unsigned, in parts where it is too large',
  },
  LOG_FORKED: {
    exit: 1,
    fix: 'only what continues the cosigned log is taken; say to whoever keeps the gateway what became of it',
  },
  ROLE_NEEDED: {
    exit: 1,
    fix: 'ask whoever keeps gateway: roles: in the organisation’s file',
  },
  NOT_LOGGED_IN: { exit: 1, fix: 'log in: aitrail login URL' },
  LOGIN_FAILED: { exit: 1, fix: 'try again; without a browser: aitrail login URL --device' },
  LOGIN_BUSY: { exit: 3, fix: 'try again in a minute' },
  GATEWAY_UNREACHABLE: { exit: 3, fix: 'check the URL of the gateway, and that it runs' },
  SESSION_STOPPED: {
    exit: 1,
    fix: 'a person ended this session; start another: aitrail run -- COMMAND',
  },
  CONNECTION_UNKNOWN: {
    exit: 2,
    fix: 'add it under connections: in ~/.config/aitrail/config.yaml',
  },
  FOREIGN_ORIGIN: { exit: 1, fix: 'call the proxy from a program, not from a web page' },
  UPSTREAM_UNREACHABLE: { exit: 3, fix: 'check the network and the upstream of the connection' },
  UPSTREAM_NONSENSE: {
    exit: 3,
    fix: 'check that the upstream speaks the protocol of the connection',
  },
  CREDENTIAL_MISSING: { exit: 3, fix: 'keep it: aitrail credentials set CONNECTION' },
  COMMAND_NOT_FOUND: { exit: 2, fix: 'check the spelling and PATH' },
  // store, log
  SESSION_HELD: { exit: 1, fix: 'release it first: aitrail sessions release ID' },
  NOT_HELD: { exit: 1, fix: 'list what is held: aitrail sessions holds' },
  STORE_UNREADABLE: {
    exit: 3,
    fix: 'check owner and mode of the state directory; aitrail doctor names it',
  },
  STORE_LOCKED: {
    exit: 3,
    fix: 'wait for the other writer, or stop the daemon: aitrail proxy stop',
  },
  STORE_FULL: { exit: 3, fix: 'free disk space; nothing was forwarded' },
  STORE_UNREACHABLE: {
    exit: 3,
    fix: 'see that PostgreSQL runs and can be reached from here; nothing was forwarded',
  },
  STORE_REFUSED: {
    exit: 3,
    fix: 'correct user, password and database of store: and what the user may do there',
  },
  PEER_MISSING: { exit: 3, fix: 'install the package named above beside aitrail' },
  LOG_KEY_WRONG: {
    exit: 2,
    fix: 'give all instances of a store the same log key: store: { logKey: … }',
  },
  BACKUP_INVALID: { exit: 3, fix: 'name a file that aitrail backup wrote' },
  STORE_NEWER: { exit: 3, fix: 'upgrade aitrail: the store was written by a newer version' },
  NO_SUCH_SESSION: { exit: 2, fix: 'list them: aitrail sessions' },
  NO_SUCH_EXCHANGE: { exit: 2, fix: 'list those of a session: aitrail show SESSION' },
  AMBIGUOUS_ID: { exit: 2, fix: 'type more characters of the id' },
  LOG_BROKEN: { exit: 1, fix: 'restore the log from a backup and keep the broken one as evidence' },
  OUT_UNWRITABLE: { exit: 3, fix: 'name a file in a directory that you can write to' },
  IMPORT_UNREADABLE: { exit: 2, fix: 'name a file of JSON, or of one JSON document a line' },
  LOG_FOREIGN: { exit: 1, fix: 'name a checkpoint of this very log: aitrail log checkpoint' },
  FORGE_UNREACHABLE: {
    exit: 3,
    fix: 'give the job a token that reads pull or merge requests, then: aitrail attribute',
  },
  WITNESS_REFUSED: {
    exit: 3,
    fix: "give the witness this log's key, and here the witness's own: aitrail witness",
  },
  // identity, notes
  NO_IDENTITY: { exit: 3, fix: 'set git config user.name and user.email' },
  NO_SIGNER: { exit: 3, fix: 'make a key: aitrail init' },
  TOUCH_REQUIRED: {
    exit: 3,
    fix: 'sign with a FIDO key: ssh-keygen -t ed25519-sk, then git config user.signingkey',
  },
  SIGNER_LOCKED: { exit: 3, fix: 'unlock the key (ssh-add), then: aitrail attribute' },
  KEY_UNREADABLE: { exit: 3, fix: 'check the key file named above and its passphrase' },
  KEY_NOT_LISTED: {
    exit: 2,
    fix: 'name a key that the list has: aitrail identity list; for a list of git’s own, edit that file or its gpg.ssh.revocationFile',
  },
  NOTE_MALFORMED: { exit: 1, fix: 'fetch it again: git fetch origin refs/notes/aitrail' },
  NOTES_NOT_SENT: { exit: 3, fix: 'check that you may push refs/notes/aitrail there' },
  NOTES_LOCKED: { exit: 3, fix: 'where no git is at work any more, remove the lock file' },
  NOTES_RACE: { exit: 3, fix: 'try again: another process keeps writing refs/notes/aitrail' },
  // policy
  SECRET_FOUND: { exit: 1, fix: 'remove the value and stage the file again' },
  REQUEST_UNREAD: {
    exit: 1,
    fix: 'send at most 16 MiB, in no content encoding or gzip, br, zstd; or set secrets.onRequest: warn',
  },
  PROTECTED_PATH: {
    exit: 1,
    fix: 'let a person make the change, or take the file out: git restore --staged FILE',
  },
  PROTECTED_BRANCH: {
    exit: 1,
    fix: 'push to another branch, and let a person bring it over',
  },
  RULE_BLOCKED: { exit: 1, fix: 'leave it out, or ask whoever keeps the rule named above' },
  APPROVAL_NEEDED: {
    exit: 1,
    fix: 'ask one of the approvers: aitrail approvals approve ID; then do the same again',
  },
  APPROVAL_SELF: {
    exit: 1,
    fix: 'somebody else must decide; two keys of one person are one person',
  },
  APPROVER_NOT_LISTED: {
    exit: 1,
    fix: 'a listed approver must decide: see groups: in the policy and .aitrail/allowed_signers of the base revision',
  },
  APPROVAL_OVER: { exit: 1, fix: 'do it again: that asks anew' },
  APPROVAL_FORGED: {
    exit: 1,
    fix: 'find out who writes the database besides the gateways (aitrail log events --kind forged); then do it again: that asks anew',
  },
  APPROVAL_INVALID: { exit: 1, fix: 'have it asked for again, by a listed signer' },
  NO_SUCH_APPROVAL: { exit: 2, fix: 'list them: aitrail approvals list' },
  AGENT_NOT_ALLOWED: { exit: 1, fix: 'a person must run this, in a shell of their own' },
  NO_SUCH_PLACEHOLDER: {
    exit: 1,
    fix: 'check the spelling; values expire from the vault, and what was masked while it was off was never kept',
  },
  DEMO_BROKEN: {
    exit: 3,
    fix: "run it again with --keep and read the daemon's log: aitrail proxy logs",
  },
  VAULT_OFF: { exit: 1, fix: 'turn it on: secrets.vault: true in ~/.config/aitrail/config.yaml' },
} as const satisfies Record<string, FaultKind>;

export type FaultCode = keyof typeof FAULTS;
