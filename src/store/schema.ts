// The tables. One entry per version, applied in order and never changed once shipped: a store moves forward only.
// Rows carry rising integer keys (`n`) for joins; the short ids that people type are unique text beside them.

export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

  CREATE TABLE grants (
    id TEXT PRIMARY KEY, token_sha256 TEXT NOT NULL UNIQUE, user_name TEXT NOT NULL, user_email TEXT NOT NULL,
    place TEXT NOT NULL, agent TEXT, opened_ms INTEGER NOT NULL, used_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL, ended_ms INTEGER
  ) WITHOUT ROWID;

  CREATE TABLE sessions (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, grant_id TEXT NOT NULL REFERENCES grants (id), conversation TEXT,
    agent TEXT, agent_version TEXT, user_name TEXT NOT NULL, user_email TEXT NOT NULL,
    repository TEXT, worktree TEXT, remote TEXT, branch TEXT, head TEXT, host TEXT NOT NULL,
    started_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, exchanges INTEGER NOT NULL DEFAULT 0
  );
  CREATE INDEX sessions_by_time ON sessions (last_ms);
  CREATE INDEX sessions_by_grant ON sessions (grant_id, conversation);
  CREATE TABLE session_models (
    session INTEGER NOT NULL REFERENCES sessions (n) ON DELETE CASCADE, model TEXT NOT NULL,
    PRIMARY KEY (session, model)
  ) WITHOUT ROWID;

  -- content-addressed bytes; codec 0: as they are, 1: raw deflate
  CREATE TABLE parts (
    n INTEGER PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE, codec INTEGER NOT NULL, bytes INTEGER NOT NULL,
    data BLOB NOT NULL
  );
  -- a sequence of parts: the first \`prefix\` of the parent's, then \`tail\`, then the parent's last \`suffix\`
  CREATE TABLE lists (
    n INTEGER PRIMARY KEY, parent INTEGER REFERENCES lists (n), prefix INTEGER NOT NULL, suffix INTEGER NOT NULL,
    depth INTEGER NOT NULL, tail BLOB NOT NULL
  );

  CREATE TABLE exchanges (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, session INTEGER NOT NULL REFERENCES sessions (n),
    connection TEXT NOT NULL, protocol TEXT NOT NULL, wire TEXT, method TEXT NOT NULL, url TEXT NOT NULL,
    started_ms INTEGER NOT NULL, first_ms INTEGER, ended_ms INTEGER, status INTEGER, outcome TEXT NOT NULL,
    model TEXT, stop_reason TEXT, usage TEXT,
    request_sha256 TEXT, response_sha256 TEXT, client_sha256 TEXT,
    request_record BLOB NOT NULL, agent TEXT,
    request_bytes INTEGER NOT NULL, response_bytes INTEGER NOT NULL DEFAULT 0,
    masks TEXT, marks BLOB, request_headers INTEGER NOT NULL REFERENCES parts (n),
    response_headers INTEGER REFERENCES parts (n), request_list INTEGER NOT NULL REFERENCES lists (n),
    salt BLOB NOT NULL, log_index INTEGER
  );
  CREATE INDEX exchanges_by_session ON exchanges (session, n);
  CREATE INDEX exchanges_by_time ON exchanges (started_ms);
  CREATE INDEX exchanges_open ON exchanges (n) WHERE outcome = 'open';

  -- a reply arrives as tails and is folded into compressed parts
  CREATE TABLE reply_parts (
    exchange INTEGER NOT NULL REFERENCES exchanges (n) ON DELETE CASCADE, seq INTEGER NOT NULL,
    part INTEGER NOT NULL REFERENCES parts (n), PRIMARY KEY (exchange, seq)
  ) WITHOUT ROWID;
  CREATE TABLE reply_tails (
    n INTEGER PRIMARY KEY, exchange INTEGER NOT NULL REFERENCES exchanges (n) ON DELETE CASCADE, data BLOB NOT NULL
  );
  CREATE INDEX reply_tails_by_exchange ON reply_tails (exchange, n);

  CREATE TABLE emissions (
    n INTEGER PRIMARY KEY AUTOINCREMENT, exchange INTEGER NOT NULL REFERENCES exchanges (n) ON DELETE CASCADE,
    session INTEGER NOT NULL, call_id TEXT, tool TEXT, repository TEXT, path TEXT, edit BLOB NOT NULL,
    outcome TEXT NOT NULL, at_ms INTEGER NOT NULL
  );
  CREATE INDEX emissions_by_exchange ON emissions (exchange);
  CREATE INDEX emissions_by_path ON emissions (repository, path, n);
  CREATE INDEX emissions_by_call ON emissions (session, call_id) WHERE call_id IS NOT NULL;
  CREATE TABLE fingerprints (
    fingerprint INTEGER NOT NULL, emission INTEGER NOT NULL, PRIMARY KEY (fingerprint, emission)
  ) WITHOUT ROWID;

  CREATE TABLE observations (
    n INTEGER PRIMARY KEY, repository TEXT NOT NULL, worktree TEXT NOT NULL, path TEXT NOT NULL,
    at_ms INTEGER NOT NULL, exchange TEXT NOT NULL, moment TEXT NOT NULL, blob TEXT,
    list INTEGER NOT NULL REFERENCES lists (n)
  );
  CREATE INDEX observations_by_path ON observations (repository, path, n);

  CREATE TABLE leaves (
    n INTEGER PRIMARY KEY, data BLOB NOT NULL, hash BLOB NOT NULL
  );
  -- roots of full tiles: level 1 covers 256 leaves, level 2 covers 65,536 …
  CREATE TABLE tile_roots (
    level INTEGER NOT NULL, n INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (level, n)
  ) WITHOUT ROWID;
  CREATE TABLE checkpoints (size INTEGER PRIMARY KEY, note TEXT NOT NULL, at_ms INTEGER NOT NULL);

  CREATE TABLE commits (
    n INTEGER PRIMARY KEY, repository TEXT NOT NULL, commit_id TEXT NOT NULL, at_ms INTEGER NOT NULL,
    log_index INTEGER NOT NULL
  );
  CREATE INDEX commits_by_id ON commits (commit_id);
  CREATE TABLE commit_exchanges (
    exchange TEXT NOT NULL, commit_n INTEGER NOT NULL REFERENCES commits (n) ON DELETE CASCADE,
    PRIMARY KEY (exchange, commit_n)
  ) WITHOUT ROWID;

  CREATE TABLE vault (
    placeholder TEXT PRIMARY KEY, rule TEXT NOT NULL, nonce BLOB NOT NULL, ciphertext BLOB NOT NULL,
    expires_ms INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
  `
  CREATE TABLE events (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, at_ms INTEGER NOT NULL,
    detail TEXT NOT NULL, salt BLOB NOT NULL, log_index INTEGER NOT NULL
  );
  CREATE INDEX events_by_time ON events (at_ms);
  -- who opened a grant or session, and from where, as JSON; of an exchange a part of its own
  ALTER TABLE grants ADD COLUMN context TEXT;
  ALTER TABLE sessions ADD COLUMN context TEXT;
  ALTER TABLE exchanges ADD COLUMN context INTEGER REFERENCES parts (n);
  `,
  `
  -- the client's own id of the conversation that started this one
  ALTER TABLE sessions ADD COLUMN parent TEXT;
  `,
  `
  -- 'client': a hook of the client's own said so, and no request has; NULL: the wire
  ALTER TABLE emissions ADD COLUMN outcome_source TEXT;
  `,
  `
  -- words of what was said, by exchange (rowid): written with its end; \`parts\`: of camelCase names. No text is kept here
  CREATE VIRTUAL TABLE texts USING fts5(
    words, parts, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0'
  );
  ALTER TABLE exchanges ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX exchanges_unindexed ON exchanges (n) WHERE indexed = 0 AND outcome <> 'open';
  `,
  `
  -- leaves whose records were taken away, and the event that says so
  CREATE TABLE gone (log_index INTEGER PRIMARY KEY, event TEXT NOT NULL);
  -- sessions that nothing may take away
  CREATE TABLE holds (
    session INTEGER PRIMARY KEY REFERENCES sessions (n), reason TEXT NOT NULL, by_whom TEXT NOT NULL, at_ms INTEGER NOT NULL
  );
  CREATE INDEX observations_by_exchange ON observations (exchange);
  CREATE INDEX sessions_by_worktree ON sessions (worktree);
  `,
  `
  -- which exchanges wrote a file, without reading what they wrote
  CREATE INDEX emissions_by_file ON emissions (path, exchange) WHERE path IS NOT NULL;
  `,
  `
  -- checkpoints of other logs that were cosigned here; each of them follows one, and only one follows it
  CREATE TABLE witnessed (
    origin TEXT NOT NULL, vkey TEXT NOT NULL, before INTEGER NOT NULL, size INTEGER NOT NULL, note TEXT NOT NULL,
    who TEXT NOT NULL, at_ms INTEGER NOT NULL, PRIMARY KEY (origin, before)
  ) WITHOUT ROWID;
  `,
  `
  -- good for one time, and no longer than a while
  CREATE TABLE once (id TEXT PRIMARY KEY, detail TEXT NOT NULL, until_ms INTEGER NOT NULL) WITHOUT ROWID;
  `,
  `
  -- requests for approval, one open one for each key; \`is_open\`: nobody has answered
  CREATE TABLE asked (
    id TEXT PRIMARY KEY, key TEXT NOT NULL, who TEXT NOT NULL, email TEXT NOT NULL, request TEXT NOT NULL,
    at_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL, is_open INTEGER, decision TEXT, is_approved INTEGER,
    used_ms INTEGER, UNIQUE (key, is_open)
  ) WITHOUT ROWID;
  `,
  `
  -- codec 4 of parts: deflated and flushed, without an end; versions before know of none
  -- bodies cut by length: their pieces are found without reading all others
  CREATE INDEX parts_cut ON parts (n) WHERE bytes = 65536;
  -- what few exchanges have is found without reading all others
  CREATE INDEX exchanges_masked ON exchanges (n) WHERE masks IS NOT NULL;
  CREATE INDEX exchanges_by_connection ON exchanges (connection, model);
  `,
];
