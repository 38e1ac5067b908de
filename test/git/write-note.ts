// Writers of a process of their own: each commit named gets a note, all at once.
import { writeNotes } from '../../src/git/notes-write.ts';
import { openRepository } from '../../src/git/open-repository.ts';

const [cwd = '', ...commits] = process.argv.slice(2);
const env = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  ),
);
const repository = await openRepository({ cwd, env });
await Promise.all(
  commits.map((commit) => writeNotes(repository, [{ commit, text: `note of ${commit}\n` }])),
);
