// A repository and a store of its own: files are written, recorded and committed, and commits are attributed.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { attributeCommit } from '../../src/flow/attribute/attribute-commit.ts';
import { toldEmission } from '../../src/flow/record/find-emissions.ts';
import { openObjects } from '../../src/git/objects.ts';
import { openRepository } from '../../src/git/open-repository.ts';
import { fingerprintEdit } from '../../src/match/fingerprints.ts';
import { sealEdit } from '../../src/match/seal-edit.ts';
import { openTokenizer, splitTokenLines } from '../../src/match/tokens.ts';
import type { Edit, Outcome } from '../../src/model/edit.ts';
import type { AttributedFile } from '../../src/model/origin.ts';
import { openStore } from '../../src/store/open-store.ts';
import { draft, ending, newSession, writing } from '../store/store-kit.ts';

export interface How {
  readonly outcome?: Outcome;
  /** When the files were looked at, from the beginning of the exchange; its reply ends after 100 ms. */
  readonly seenAfterMs?: number;
  /** Another one than the bench's own. */
  readonly worktree?: string;
  /** A person's words before the model wrote. */
  readonly told?: string;
  /** Another conversation than the bench's own. */
  readonly isOther?: boolean;
}

export interface Bench {
  /** @returns what it printed. Throws where git fails. */
  readonly git: (...args: string[]) => string;
  readonly write: (path: string, text: string) => void;
  /** Empty where there is no such file. */
  readonly read: (path: string) => string;
  /** Everything, as one commit. @returns its id. */
  readonly commit: () => string;
  /** One exchange: what stood in the files, then what the model wrote into one of them or ran. */
  readonly record: (
    edit: Edit,
    stood: Readonly<Record<string, string>>,
    how?: How,
  ) => Promise<void>;
  readonly attribute: (commit: string) => Promise<readonly AttributedFile[]>;
  readonly close: () => Promise<void>;
}

const WHO = { NAME: 'A', EMAIL: 'a@example.com' };
const ENV: Readonly<Record<string, string>> = {
  PATH: process.env['PATH'] ?? '',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_EDITOR: 'true',
  GIT_AUTHOR_NAME: WHO.NAME,
  GIT_AUTHOR_EMAIL: WHO.EMAIL,
  GIT_COMMITTER_NAME: WHO.NAME,
  GIT_COMMITTER_EMAIL: WHO.EMAIL,
};

/** @param content as policy has it: `metadata` keeps no text of edits. */
export async function openBench(
  format: 'sha1' | 'sha256' = 'sha1',
  content: 'full' | 'metadata' = 'full',
): Promise<Bench> {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'attribute-')));
  const top = join(dir, 'w');
  const env = { ...ENV, HOME: dir };
  mkdirSync(top);
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: top, env, encoding: 'utf8', stdio: 'pipe' }).trim();
  git('init', '-q', '-b', 'main', `--object-format=${format}`);
  const store = await openStore({ home: join(dir, 'home'), mode: 'write', inProcess: true });
  const repository = await openRepository({ cwd: top, env });
  const objects = openObjects({ cwd: top, env });
  const key = await store.readKey();
  const session = await newSession(store);
  let clockMs = 2000;
  const record: Bench['record'] = async (edit, stood, how = {}) => {
    clockMs += 1000;
    const talk = how.isOther === true ? await newSession(store) : session;
    const begun = draft(talk, { startedAtMs: clockMs });
    await store.beginExchange(begun);
    const place = {
      repository: repository.commonDir,
      worktree: how.worktree ?? top,
      exchange: begun.id,
    };
    await store.addObservations(
      Object.entries(stood).map(([path, text]) => ({
        ...place,
        path,
        atMs: clockMs + (how.seenAfterMs ?? 1),
        moment: 'before' as const,
        blob: null,
        lines: splitTokenLines(openTokenizer(key).tokenize(text)),
      })),
    );
    const callId = begun.id;
    const emission = writing('', '', {
      callId,
      edit,
      repository: repository.commonDir,
      path: 'path' in edit ? edit.path : null,
      fingerprints: fingerprintEdit(key, edit),
    });
    const said = how.told === undefined ? [] : [toldEmission('person', how.told, key)];
    const seal = (one: Edit): Edit =>
      content === 'full' ? one : sealEdit(one, openTokenizer(key));
    const emissions = [...said, emission].map((one) => ({ ...one, edit: seal(one.edit) }));
    await store.endExchange(ending(begun.id, { endedAtMs: clockMs + 100, emissions }));
    await store.setOutcome(talk, callId, how.outcome ?? 'accepted');
  };
  return {
    git,
    record,
    write: (path, text) => {
      mkdirSync(dirname(join(top, path)), { recursive: true });
      writeFileSync(join(top, path), text);
    },
    read: (path) => {
      try {
        return readFileSync(join(top, path), 'utf8');
      } catch {
        return '';
      }
    },
    commit: () => {
      git('add', '-A');
      git('commit', '-qm', 'c', '--allow-empty');
      return git('rev-parse', 'HEAD');
    },
    attribute: (id) => attributeCommit({ repository, objects, store, key }, id),
    close: async () => {
      objects.close();
      await store.close();
      rmSync(dir, { recursive: true });
    },
  };
}
