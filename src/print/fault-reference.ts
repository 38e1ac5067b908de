// docs/errors.md, made from the table of errors: each code, when it is met, how the command ends, what to do.
import { FAULTS, type FaultCode } from '../model/faults.ts';

/** When a code is met. */
const MEANINGS: Readonly<Record<FaultCode, string>> = {
  USAGE:
    'An argument or option is missing, unknown, or has a value that the command does not take.',
  QUERY_INVALID:
    'A search has a quote without an end, an unknown filter, or a value that the filter does not take.',
  NODE_TOO_OLD: 'The program was started with a Node that lacks what it needs.',
  VERSION_TOO_OLD:
    'A policy names the oldest aitrail that understands it (`minVersion`), and this one is older.',
  CONFIG_INVALID:
    'A configuration file has an unknown key, a wrong type, a bad pattern, or is no YAML or JSON.',
  CONFIG_NOT_YOURS: "A repository's file sets a key that only a user or an organisation may set.",
  SETTINGS_UNREADABLE: "A client's own settings file is not what that client would read.",
  SETTINGS_TAKEN: "A client's own settings already lead it somewhere else.",
  CONFIG_UNREADABLE:
    'A configuration file that counts is missing, cannot be read, or is a program.',
  NOT_A_REPOSITORY: 'The command works on a git repository, and the directory is in none.',
  REPOSITORY_REFUSED: 'Somebody else owns the repository, so git does not work in it.',
  STATE_UNWRITABLE: 'What aitrail keeps beside the repository cannot be written.',
  BARE_REPOSITORY: 'The command works on files, and a bare repository has none.',
  SET_UP_BUSY: 'Another `init` or `uninstall` works on the same files and did not end in time.',
  NO_COMMITS: 'The branch has no commit yet.',
  NO_SUCH_REVISION: 'git knows no commit, branch or tag of that name.',
  NO_SUCH_FILE: 'The revision, or the directory, has no such file or line.',
  GIT_MISSING: 'git is not on PATH, or could not be started.',
  GIT_FAILED: 'git said no; its own words are in the message.',
  OBJECTS_MISSING:
    'A shallow or partial clone lacks commits or files that are needed for an answer.',
  PAGES_MISSING: 'The files of the browser pages are not where aitrail was installed.',
  PORT_BUSY: 'Another program listens on the port that was asked for.',
  DAEMON_UNREACHABLE: 'The background process does not start, answer or stop.',
  DAEMON_RUNNING: 'A background process already serves this state directory.',
  TOKEN_UNKNOWN: 'The session token in a base URL is wrong, or its session is over.',
  IDENTITY_REFUSED: 'An identity token is expired, of another issuer or audience, or badly signed.',
  IDENTITY_UNCHECKED: 'The keys that an identity token is checked with could not be fetched.',
  GROUP_NOT_ALLOWED: "The caller's groups do not include one that the connection is for.",
  GATE_COPYING:
    'The gate copies a repository for the first time, and a push has waited for it long enough.',
  PUSH_UNREADABLE: 'A push through the gate is not what a git client sends, or cannot be judged.',
  LOG_FORKED:
    'The log is not the one that the gateway has cosigned: something was taken back or rewritten.',
  ROLE_NEEDED: 'What was asked of the gateway is for people with another role.',
  NOT_LOGGED_IN: 'Nobody is logged in at a gateway on this machine, or the token ran out.',
  LOGIN_BUSY: 'More logins by SAML were begun at the gateway in one minute than it keeps.',
  LOGIN_FAILED: 'The identity provider did not give a token, or nobody logged in in time.',
  GATEWAY_UNREACHABLE: 'The gateway does not answer, or answers something else.',
  SESSION_STOPPED: 'Somebody ended the session; its token is not taken any more.',
  CONNECTION_UNKNOWN: 'No connection of that name, or for that host, is configured.',
  FOREIGN_ORIGIN: 'A page in a browser tried to call the proxy.',
  UPSTREAM_UNREACHABLE: 'The provider, or a log or witness, could not be reached.',
  UPSTREAM_NONSENSE: 'An answer was not in the encoding or the protocol that it claimed.',
  CREDENTIAL_MISSING: 'A connection has a credential of its own, and it is not where it should be.',
  COMMAND_NOT_FOUND: 'The command that `run` was to start does not exist or is not executable.',
  SESSION_HELD:
    'Recordings that somebody put on hold are not taken away; the message names the sessions.',
  NOT_HELD: 'The session that is to be released is not held.',
  STORE_UNREADABLE: 'The database of recordings is damaged or not readable.',
  STORE_LOCKED: 'Another process writes the database and did not end in time.',
  STORE_FULL: 'The disk is full. Nothing is forwarded that could not be recorded.',
  STORE_UNREACHABLE:
    'The team’s database does not answer. Nothing is forwarded that could not be recorded.',
  STORE_REFUSED: 'The team’s database does not let this user in, or lacks a privilege.',
  PEER_MISSING: 'What was asked for needs a package that does not come with aitrail.',
  LOG_KEY_WRONG:
    'The log of the team’s database is signed by another key than the one that is configured here.',
  BACKUP_INVALID: 'The file that is to be restored is no backup, or was changed since.',
  STORE_NEWER: 'A newer aitrail wrote the database.',
  NO_SUCH_SESSION: 'No recorded session begins with that id.',
  NO_SUCH_EXCHANGE: 'No recorded exchange begins with that id.',
  AMBIGUOUS_ID: 'Several records begin with that id.',
  LOG_BROKEN: 'The append-only log contradicts its records or an earlier checkpoint.',
  OUT_UNWRITABLE: 'The file that output was to go to cannot be written.',
  IMPORT_UNREADABLE: 'The file to take over is missing or holds no JSON.',
  LOG_FOREIGN: 'A checkpoint belongs to another log.',
  FORGE_UNREACHABLE: 'The forge did not say which request a commit came from.',
  WITNESS_REFUSED: 'A witness does not cosign this log.',
  NO_IDENTITY: 'git has no name and mail address for the one who commits.',
  NO_SIGNER: 'There is no key to sign with.',
  TOUCH_REQUIRED:
    'The policy asks for signatures by touch, and the key that signs here is no FIDO key.',
  SIGNER_LOCKED:
    'The key exists and cannot sign now: an agent, a card, a touch or a passphrase is missing.',
  KEY_UNREADABLE: 'A key file, or what a key protects, cannot be opened.',
  KEY_NOT_LISTED: 'The list of trusted signers has no such key.',
  NOTE_MALFORMED: 'A note is not what aitrail writes.',
  NOTES_NOT_SENT: 'The remote did not take the notes, or the configuration keeps them here.',
  NOTES_LOCKED: 'A git that has ended left the lock of the notes behind.',
  NOTES_RACE: 'Others kept writing notes at the same time.',
  SECRET_FOUND: 'A secret stands in what was to be committed, pushed or sent.',
  REQUEST_UNREAD: 'Secrets must be masked in requests, and this one cannot be read for them.',
  PROTECTED_PATH: 'A rule keeps changes by an AI out of that file.',
  PROTECTED_BRANCH: 'A rule keeps lines of an AI off that branch.',
  RULE_BLOCKED: 'A rule of the policy blocks what was asked, said or called.',
  APPROVAL_NEEDED: 'A rule asks for an approval, and there is none yet.',
  APPROVAL_SELF: 'Whoever asks for an approval cannot give it.',
  APPROVER_NOT_LISTED: 'The key is of nobody who may approve this.',
  APPROVAL_OVER: 'The request has expired, was used, or was answered.',
  APPROVAL_FORGED: 'The database has a request for approval that no gateway has signed.',
  APPROVAL_INVALID: 'A request for approval is not what its signature says.',
  NO_SUCH_APPROVAL: 'No request for approval begins with that id.',
  AGENT_NOT_ALLOWED: 'The command is for people, and an agent typed it.',
  NO_SUCH_PLACEHOLDER: 'The vault holds no value for that placeholder.',
  DEMO_BROKEN: 'A step of the demonstration did not do what it shows.',
  VAULT_OFF: 'Masked values were not kept, so there is nothing to give back.',
};

/** @returns Markdown. */
export function describeFaults(): string {
  const meanings = new Map(Object.entries(MEANINGS));
  const rows = Object.entries(FAULTS)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { exit, fix }]) => [`\`${code}\``, String(exit), meanings.get(code) ?? '', fix])
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`);
  return `# Errors

An error is one line \`aitrail: what is wrong (CODE)\` and one line \`  fix: what to do\`, on standard error. Codes never change
their meaning. The fix below is the general one; where a command knows a better one it prints that.
\`AITRAIL_DEBUG=1\` adds a stack trace.

Exit status: 1, the answer is no; 2, wrong usage or bad configuration; 3, it could not be done or checked. \`aitrail run\`
passes on the status of the program that it ran, and where it fails itself ends with 125, 126 or 127, as \`env\` does.
\`BUG\` in place of a code is a defect of aitrail: please report it.

| code | exit | when | fix |
| ---- | ---- | ---- | --- |
${rows.join('\n')}
`;
}
