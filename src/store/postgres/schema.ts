// The tables. One entry per version, applied in order and never changed once shipped. What records hold is partitioned
// by the month that they began in, so that retention drops tables; whatever belongs to an exchange lies in its month, its
// content too: a month leaves nothing behind that another one needs. The log and the sessions are not partitioned.

/** Tables with a partition for each month. */
export const MONTHLY = [
  'parts',
  'lists',
  'exchanges',
  'replies',
  'emissions',
  'fingerprints',
  'observations',
  'texts',
] as const;

export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (name text PRIMARY KEY, value bytea NOT NULL);

  CREATE TABLE grants (
    id text COLLATE "C" PRIMARY KEY, token_sha256 text NOT NULL UNIQUE, user_name text NOT NULL, user_email text NOT NULL,
    place text NOT NULL, agent text, opened_ms bigint NOT NULL, used_ms bigint NOT NULL, expires_ms bigint NOT NULL,
    ended_ms bigint, context text
  );
  CREATE TABLE sessions (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text COLLATE "C" NOT NULL UNIQUE,
    grant_id text COLLATE "C" NOT NULL REFERENCES grants (id), conversation text, agent text, agent_version text,
    user_name text NOT NULL, user_email text NOT NULL, repository text, worktree text, remote text, branch text, head text,
    host text NOT NULL, started_ms bigint NOT NULL, last_ms bigint NOT NULL, exchanges bigint NOT NULL DEFAULT 0,
    context text, parent text, UNIQUE NULLS NOT DISTINCT (grant_id, conversation)
  ) WITH (fillfactor = 70);
  CREATE INDEX sessions_by_time ON sessions (last_ms);
  CREATE TABLE session_models (
    session bigint NOT NULL REFERENCES sessions (n) ON DELETE CASCADE, model text COLLATE "C" NOT NULL,
    PRIMARY KEY (session, model)
  );

  -- gateways at work: what a silent one left open, the others close
  CREATE TABLE instances (id bigint PRIMARY KEY, seen timestamptz NOT NULL);

  -- content-addressed bytes; codec 0: as they are, 1: raw deflate
  CREATE SEQUENCE part_numbers;
  CREATE TABLE parts (
    month integer NOT NULL, n bigint NOT NULL DEFAULT nextval('part_numbers'), sha256 bytea NOT NULL,
    codec smallint NOT NULL, data bytea NOT NULL, PRIMARY KEY (n, month), UNIQUE (sha256, month)
  ) PARTITION BY LIST (month);
  ALTER TABLE parts ALTER COLUMN data SET STORAGE EXTERNAL;
  -- a sequence of parts: the first \`prefix\` of the parent's, then \`tail\`, then the parent's last \`suffix\`
  CREATE SEQUENCE list_numbers;
  CREATE TABLE lists (
    month integer NOT NULL, n bigint NOT NULL DEFAULT nextval('list_numbers'), parent bigint, prefix integer NOT NULL,
    suffix integer NOT NULL, depth integer NOT NULL, tail bytea NOT NULL, PRIMARY KEY (n, month)
  ) PARTITION BY LIST (month);

  CREATE SEQUENCE exchange_numbers;
  CREATE TABLE exchanges (
    month integer NOT NULL, n bigint NOT NULL DEFAULT nextval('exchange_numbers'), id text COLLATE "C" NOT NULL,
    session bigint NOT NULL, instance bigint NOT NULL, connection text NOT NULL, protocol text NOT NULL, wire text,
    method text NOT NULL, url text NOT NULL, started_ms bigint NOT NULL, first_ms bigint, ended_ms bigint,
    status integer, outcome text NOT NULL, model text, agent text, stop_reason text, usage text, request_sha256 text,
    response_sha256 text, client_sha256 text, request_record bytea NOT NULL, request_bytes bigint NOT NULL,
    response_bytes bigint NOT NULL DEFAULT 0, masks text, marks bytea, request_headers bigint NOT NULL,
    response_headers bigint, request_list bigint NOT NULL, salt bytea NOT NULL, context bigint, log_index bigint,
    indexed boolean NOT NULL DEFAULT false,
    PRIMARY KEY (n, month), UNIQUE (id, month)
  ) PARTITION BY LIST (month);
  CREATE INDEX exchanges_by_session ON exchanges (session, n);
  CREATE INDEX exchanges_masked ON exchanges (n) WHERE masks IS NOT NULL;
  CREATE INDEX exchanges_open ON exchanges (instance) WHERE outcome = 'open';

  CREATE INDEX exchanges_unindexed ON exchanges (n) WHERE NOT indexed AND outcome <> 'open';
  -- words of what was said, in stretches that overlap: positions in a tsvector end at 16,383. No text is kept here
  CREATE TABLE texts (
    month integer NOT NULL, exchange bigint NOT NULL, words tsvector NOT NULL
  ) PARTITION BY LIST (month);
  CREATE INDEX texts_by_exchange ON texts (exchange);
  CREATE INDEX texts_by_word ON texts USING gin (words);

  -- a reply as it arrived
  CREATE TABLE replies (
    month integer NOT NULL, exchange bigint NOT NULL, seq integer NOT NULL, sha256 bytea NOT NULL,
    codec smallint NOT NULL, bytes integer NOT NULL, data bytea NOT NULL, PRIMARY KEY (exchange, seq, month)
  ) PARTITION BY LIST (month);
  ALTER TABLE replies ALTER COLUMN data SET STORAGE EXTERNAL;

  CREATE SEQUENCE emission_numbers;
  CREATE TABLE emissions (
    month integer NOT NULL, n bigint NOT NULL DEFAULT nextval('emission_numbers'), exchange bigint NOT NULL,
    session bigint NOT NULL, call_id text, tool text, repository text, path text, edit bytea NOT NULL,
    outcome text NOT NULL, outcome_source text, at_ms bigint NOT NULL, PRIMARY KEY (n, month)
  ) PARTITION BY LIST (month);
  CREATE INDEX emissions_by_exchange ON emissions (exchange);
  CREATE INDEX emissions_by_path ON emissions (repository, path, n);
  CREATE INDEX emissions_by_call ON emissions (call_id) WHERE call_id IS NOT NULL;
  CREATE TABLE fingerprints (
    month integer NOT NULL, fingerprint bigint NOT NULL, emission bigint NOT NULL,
    PRIMARY KEY (fingerprint, emission, month)
  ) PARTITION BY LIST (month);

  CREATE SEQUENCE observation_numbers;
  CREATE TABLE observations (
    month integer NOT NULL, n bigint NOT NULL DEFAULT nextval('observation_numbers'), repository text NOT NULL,
    worktree text NOT NULL, path text NOT NULL, at_ms bigint NOT NULL, exchange text NOT NULL, moment text NOT NULL,
    blob text, list bigint NOT NULL, PRIMARY KEY (n, month)
  ) PARTITION BY LIST (month);
  CREATE INDEX observations_by_exchange ON observations (exchange);
  CREATE INDEX observations_by_path ON observations (repository, path, n);

  -- the log: its one row of \`log_head\` is held from the number of a leaf to the leaf's commit
  CREATE TABLE log_head (is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only), size bigint NOT NULL)
    WITH (fillfactor = 10);
  INSERT INTO log_head (size) VALUES (0);
  -- \`key\` names what the leaf stands for: nothing is appended twice
  CREATE TABLE leaves (n bigint PRIMARY KEY, key text COLLATE "C" NOT NULL UNIQUE, data bytea NOT NULL, hash bytea NOT NULL);
  -- roots of full tiles, derived: level 1 covers 256 leaves, level 2 covers 65,536 …
  CREATE TABLE tile_roots (level integer NOT NULL, n bigint NOT NULL, hash bytea NOT NULL, PRIMARY KEY (level, n));
  CREATE TABLE checkpoints (size bigint PRIMARY KEY, note text NOT NULL, at_ms bigint NOT NULL);

  CREATE TABLE events (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text COLLATE "C" NOT NULL UNIQUE, kind text NOT NULL,
    at_ms bigint NOT NULL, detail text NOT NULL, salt bytea NOT NULL, log_index bigint NOT NULL
  );
  CREATE INDEX events_by_time ON events (at_ms);
  -- leaves whose records were taken away, and the event that says so
  CREATE TABLE gone (log_index bigint PRIMARY KEY, event text COLLATE "C" NOT NULL);
  -- sessions that nothing may take away
  CREATE TABLE holds (
    session bigint PRIMARY KEY REFERENCES sessions (n), reason text NOT NULL, by_whom text NOT NULL, at_ms bigint NOT NULL
  );
  -- months with content that nothing may refer to, and how often such content was deleted
  CREATE TABLE unswept (month integer PRIMARY KEY);
  CREATE TABLE sweeps (is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only), epoch bigint NOT NULL);
  INSERT INTO sweeps (epoch) VALUES (0);
  CREATE TABLE commits (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, repository text NOT NULL, commit_id text COLLATE "C" NOT NULL,
    at_ms bigint NOT NULL, log_index bigint NOT NULL, exchanges text[] NOT NULL
  );
  CREATE INDEX commits_by_id ON commits (commit_id);
  CREATE INDEX commits_by_exchange ON commits USING gin (exchanges);
  CREATE TABLE vault (
    placeholder text COLLATE "C" PRIMARY KEY, rule text NOT NULL, nonce bytea NOT NULL, ciphertext bytea NOT NULL,
    expires_ms bigint NOT NULL
  );
  `,
  `
  -- checkpoints of other logs that were cosigned here; each of them follows one, and only one follows it
  CREATE TABLE witnessed (
    origin text COLLATE "C" NOT NULL, vkey text NOT NULL, before bigint NOT NULL, size bigint NOT NULL, note text NOT NULL,
    who text NOT NULL, at_ms bigint NOT NULL, PRIMARY KEY (origin, before)
  );
  `,
  `
  -- good for one time, and no longer than a while
  CREATE TABLE once (id text COLLATE "C" PRIMARY KEY, detail text NOT NULL, until_ms bigint NOT NULL);
  CREATE INDEX once_by_time ON once (until_ms);
  `,
  `
  -- requests for approval, one open one for each key; \`is_open\`: nobody has answered
  CREATE TABLE asked (
    id text COLLATE "C" PRIMARY KEY, key text NOT NULL, who text NOT NULL, email text NOT NULL, request text NOT NULL,
    at_ms bigint NOT NULL, expires_ms bigint NOT NULL, is_open boolean, decision text, is_approved boolean,
    used_ms bigint, UNIQUE (key, is_open)
  );
  CREATE INDEX asked_by_time ON asked (at_ms);
  `,
  `
  -- keys of the object store, written before anything lies there; \`placed\`: a row had it once. \`pointer\` is what that row has
  CREATE TABLE objects (
    key text COLLATE "C" PRIMARY KEY, month integer NOT NULL, pointer bytea NOT NULL, at_ms bigint NOT NULL,
    placed boolean NOT NULL DEFAULT false
  );
  CREATE INDEX objects_by_month ON objects (month);
  CREATE INDEX objects_unplaced ON objects (at_ms) WHERE NOT placed;
  -- months with objects that no row may refer to
  CREATE TABLE unswept_objects (month integer PRIMARY KEY);
  CREATE INDEX parts_in_objects ON parts (data) WHERE codec = 2;
  CREATE INDEX replies_in_objects ON replies (data) WHERE codec = 2;
  `,
  `
  -- what was asked for and answered before gateways signed it counts no more: whoever needs it asks anew
  DELETE FROM asked;
  `,
  `
  -- words go into the index at once: those that lie in a list before it are read by every search, and make the planner read
  -- the table instead. Months that come are set by whoever opens them
  DO $$ DECLARE one regclass; BEGIN
    FOR one IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'texts_by_word'::regclass LOOP
      EXECUTE format('ALTER INDEX %s SET (fastupdate = off)', one);
      PERFORM gin_clean_pending_list(one);
    END LOOP;
  END $$;
  `,
];
