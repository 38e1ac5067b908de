// A file with where each line came from, and the prompts behind them.
import { openRepository } from '../../git/open-repository.ts';
import { gitText } from '../../git/run-git.ts';
import type { Caller } from '../../model/caller.ts';
import { Fault } from '../../model/fault.ts';
import type { PromptView } from '../../model/pages.ts';
import type { Store } from '../../store/store.ts';
import { blameFile, readBlameWords, type Blamed } from '../attribute/blame-file.ts';
import { readStore } from '../show/read-store.ts';
import { readPrompt } from '../show/show-line.ts';

/** More than anybody chooses from by eye. */
const FILES_MAX = 100_000;

export interface ExplainedFile {
  readonly blamed: Blamed;
  /** One for each exchange that lines came from and that is in this store. */
  readonly prompts: readonly PromptView[];
}

/** @param path from the repository's root. @throws Fault NOT_A_REPOSITORY, NO_SUCH_FILE, NO_SUCH_REVISION. */
export async function explainFile(
  caller: Caller,
  path: string,
  revision: string | null,
): Promise<ExplainedFile> {
  const place = await atRoot(caller);
  if (revision?.startsWith('-') === true)
    throw new Fault('NO_SUCH_REVISION', 'a revision does not begin with a dash');
  const words = [...(revision === null ? [] : [revision]), '--', path];
  const answer = await blameFile(place, readBlameWords(words));
  if (answer.kind === 'refused') throw answer.fault;
  const { blamed } = answer;
  const prompts = await readStore(caller, (store) => readPrompts(store, sourcesOf(blamed)));
  return { blamed, prompts };
}

/** Every file of HEAD, or of the index before the first commit; sorted. @throws Fault NOT_A_REPOSITORY. */
export async function listTracked(caller: Caller): Promise<readonly string[]> {
  const listed = await gitText(await atRoot(caller), ['ls-files', '-z', '--cached']);
  return [...new Set(listed.split('\0').filter((path) => path !== ''))].slice(0, FILES_MAX);
}

async function atRoot(caller: Caller): Promise<Caller> {
  const { worktree } = await openRepository(caller);
  return { ...caller, cwd: worktree ?? caller.cwd };
}

const sourcesOf = ({ origins }: Blamed): ReadonlySet<string> =>
  new Set(
    origins.flatMap(({ origin }) =>
      origin === null || origin.kind === 'unrecorded' ? [] : [origin.source.exchange],
    ),
  );

async function readPrompts(
  store: Store,
  exchanges: ReadonlySet<string>,
): Promise<readonly PromptView[]> {
  const prompts: PromptView[] = [];
  for (const id of exchanges) {
    const exchange = await store.findExchange(id);
    const session = exchange === null ? null : await store.findSession(exchange.session);
    if (exchange === null || session === null) continue;
    const context = await store.readContext(exchange.id);
    prompts.push({
      exchange: exchange.id,
      session: session.id,
      prompt: context?.trigger?.text ?? (await readPrompt(store, exchange)),
      startedAtMs: exchange.startedAtMs,
      principal: context?.principal ?? session.principal,
    });
  }
  return prompts;
}
