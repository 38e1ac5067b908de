// A small file of ours is there whole, or as it was: nobody reads half of it, and where it cannot be written nothing is left
// lying beside it.
import { rename, rm, writeFile } from 'node:fs/promises';

let drafts = 0;

/** @param mode of the new file. @throws what the system says. */
export async function replaceFile(
  path: string,
  content: string | Uint8Array,
  mode?: number,
): Promise<void> {
  drafts += 1; // two at once in one process must not write into each other's
  const draft = `${path}.${process.pid}-${drafts}.part`;
  try {
    await writeFile(draft, content, { mode });
    await rename(draft, path);
  } catch (thrown) {
    await rm(draft, { force: true }).catch(() => undefined); // what went wrong first is what to tell
    throw thrown;
  }
}
