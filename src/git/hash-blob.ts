// What git would call a file's content, computed in this process: no git is started for every file that changed.

/**
 * @returns the blob's SHA-1 id, 40 hex digits; in a SHA-256 repository too, where it only says which contents are equal.
 */
export async function hashBlob(content: Uint8Array): Promise<string> {
  // 90 ms to load, so only for those who hash: the daemon, once
  const { hashBlob: hash } = await import('isomorphic-git');
  return (await hash({ object: content })).oid;
}
