// aitrail attribute [range]: provenance for commits that have none, by the way a hook would have taken.
import {
  listAttributed,
  listUnattributed,
  type UnattributedCommit,
} from '../flow/attribute/attribute-range.ts';
import { importProvenance } from '../flow/attest/import-provenance.ts';
import { sendNotes } from '../flow/attest/send-notes.ts';
import { withPatience } from '../model/sign-wait.ts';
import { attestReviews } from '../flow/attest/attest-reviews.ts';
import { runHookCall } from '../hooks/run-hook-here.ts';
import type { Caller } from '../model/caller.ts';
import { Fault } from '../model/fault.ts';
import { counted } from '../print/moments.ts';
import { plainLine } from '../print/plain-text.ts';
import type { CommandSpec, Invocation } from './command.ts';
import { printDocument } from './output.ts';

export const commands: readonly CommandSpec[] = [
  {
    name: 'attribute',
    usage: '[range]',
    summary:
      'make provenance for commits that have none, from recordings and from the notes they came from',
    options: [
      {
        flags: '--import <file>',
        description:
          'instead: take over signed envelopes (in-toto), or records of Agent Trace as claims',
      },
      {
        flags: '--derived',
        description:
          'only commits that were made from others with provenance, by a forge for example',
      },
      { flags: '--push <remote>', description: 'send the notes then' },
      { flags: '--json', description: 'one JSON document' },
    ],
    example: 'attribute HEAD',
    run: async (call) => {
      const { caller, words, options, out } = call;
      if (typeof options['import'] === 'string') return importFrom(call, options['import']);
      const all = await listUnattributed(caller, words[0] ?? null);
      const isDerived = options['derived'] === true;
      const open = all.filter(({ sources }) => !isDerived || sources.length > 0);
      const done = await attributeAll(call, open);
      const ids = open.map((each) => each.commit);
      const left = ids.filter((id) => !done.has(id));
      if (typeof options['push'] === 'string') await sendNotes(caller, options['push']);
      const reviewed = await attestReviews(caller, words[0] ?? null);
      if (options['json'] === true)
        printDocument(out, {
          schema: 'aitrail.attribute/1',
          attributed: [...done],
          left,
          ...(reviewed === null ? {} : { reviewed }),
        });
      else out.write(`${summary(done.size, left)}${reviewText(reviewed)}`);
      return left.length === 0 ? 0 : 3;
    },
  },
];

async function importFrom(
  { caller, words, options, out }: Invocation,
  path: string,
): Promise<number> {
  if (words.length > 0)
    throw new Fault('USAGE', '--import: the file says which commits it is about');
  const { imported, left } = await importProvenance(caller, path);
  if (options['json'] === true) printDocument(out, { schema: 'aitrail.import/1', imported, left });
  else {
    out.write(`imported provenance of ${counted(imported.length, 'commit')}\n`);
    for (const { record, why } of left)
      out.note(`record ${String(record)} left out: ${plainLine(why)}\n`);
  }
  return left.length === 0 ? 0 : 3;
}

/**
 * The daemon answers a hook before a commit is attested, and takes one batch after the other: where nothing was said of
 * a commit that has no provenance yet, asking once more waits for its turn.
 *
 * @returns those that have provenance now.
 */
async function attributeAll(
  { caller: given, out }: Invocation,
  open: readonly UnattributedCommit[],
): Promise<ReadonlySet<string>> {
  const caller = withPatience(given, out.isInteractive ? 'person' : 'job'); // who sits there can touch a key
  const ids = open.map((each) => each.commit);
  const quiet: UnattributedCommit[] = [];
  for (const each of open) {
    const said = await attribute(caller, each);
    if (said === '') quiet.push(each);
    out.note(said);
  }
  const done = await listAttributed(caller, ids);
  const waiting = quiet.filter(({ commit }) => !done.has(commit));
  for (const each of waiting) out.note(await attribute(caller, each));
  return waiting.length === 0 ? done : listAttributed(caller, ids);
}

/** @returns what the hook says. */
async function attribute(caller: Caller, each: UnattributedCommit): Promise<string> {
  const sources = each.sources.length === 0 ? [''] : each.sources;
  const stdin = sources.map((source) => `${source} ${each.commit}\n`).join('');
  return (await runHookCall({ hook: 'post-rewrite', words: ['rebase'], stdin, caller })).stderr;
}

const reviewText = (reviewed: number | null): string =>
  reviewed === null
    ? ''
    : `attested what the forge says of the review of ${reviewed === 1 ? '1 commit' : `${reviewed} commits`}\n`;

function summary(done: number, left: readonly string[]): string {
  if (done === 0 && left.length === 0) return 'every commit has provenance\n';
  const made = `attributed ${done === 1 ? '1 commit' : `${done} commits`}\n`;
  return left.length === 0 ? made : `${made}left without: ${left.join(' ')}\n`;
}
