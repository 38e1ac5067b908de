// Large pieces in an object store (S3's API): the row has its key in their place. An option: what the object store does not
// take stays in the row, so that no record waits for it or is lost with it.
import type { S3mini } from 's3mini';
import { Fault } from '../../model/fault.ts';

/** A bucket, and what opens it. */
export interface ObjectPlace {
  /** http or https: server, bucket, and a prefix of keys where more is kept there. */
  readonly url: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Calls throw where the object store could not be asked. */
export interface Objects {
  readonly put: (key: string, bytes: Uint8Array) => Promise<void>;
  /** null: it is not there. */
  readonly get: (key: string) => Promise<Uint8Array | null>;
  readonly remove: (keys: readonly string[]) => Promise<void>;
  /** @param after what the last call gave; null: from the beginning. */
  readonly list: (after: string | null) => Promise<ObjectPage>;
}

export interface ObjectPage {
  readonly keys: readonly string[];
  /** null: there are no more. */
  readonly next: string | null;
}

const REQUEST_MS = 10_000;
const PUT_MS = 3000;
const TRIES = 3;
const PAUSE_MS = 100;
const PAGE = 1000;

/** @throws Fault PEER_MISSING. */
export async function openObjects(place: ObjectPlace): Promise<Objects> {
  const { S3mini: Client } = await import('s3mini').catch((cause: unknown) => {
    throw new Fault('PEER_MISSING', 'store: objects needs the package s3mini', {
      cause,
      fix: 'install it beside aitrail: npm install --global s3mini',
    });
  });
  const { endpoint, prefix } = splitPlace(place.url);
  const { region, accessKeyId, secretAccessKey } = place;
  const client = new Client({
    endpoint,
    region,
    accessKeyId,
    secretAccessKey,
    requestAbortTimeout: REQUEST_MS,
    fetch: fetchWithoutLength,
  });
  return objectsOf(client, prefix);
}

/**
 * The length is the body's. Said in a header as well it is refused where a newer undici than Node's own was loaded first, as
 * in every gateway: then that one sends what `fetch` is asked for.
 */
const fetchWithoutLength: typeof fetch = (input, init) => {
  const headers = new Headers(init?.headers);
  headers.delete('content-length');
  return fetch(input, { ...init, headers });
};

const objectsOf = (client: S3mini, prefix: string): Objects => ({
  put: (key, bytes) =>
    within(
      PUT_MS,
      persist(async () => void (await client.putObject(`${prefix}${key}`, bytes, TYPE))),
    ),
  get: (key) =>
    persist(async () => {
      const found = await client.getObjectArrayBuffer(`${prefix}${key}`);
      return found === null ? null : new Uint8Array(found);
    }),
  remove: (keys) =>
    persist(async () => {
      const gone = await client.deleteObjects(keys.map((key) => `${prefix}${key}`));
      if (gone.includes(false)) throw new Error('some objects could not be removed');
    }),
  list: (after) =>
    persist(async () => {
      const page = await client.listObjectsPaged('/', prefix, PAGE, after ?? undefined);
      const keys = (page?.objects ?? []).map(({ Key }) => Key.slice(prefix.length));
      return { keys, next: page?.nextContinuationToken ?? null };
    }),
});

const TYPE = 'application/octet-stream';

/** The first step of the path is the bucket. */
function splitPlace(url: string): { readonly endpoint: string; readonly prefix: string } {
  const { origin, pathname } = new URL(url);
  const [bucket = '', ...steps] = pathname.split('/').filter((step) => step !== '');
  return { endpoint: `${origin}/${bucket}`, prefix: steps.map((step) => `${step}/`).join('') };
}

/** Somebody waits for it, and can do without: it may end behind their back. */
async function within(waitMs: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the object store is slow')), waitMs);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** What a server says once may be different a moment later. */
async function persist<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (thrown) {
      if (tries >= TRIES) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * tries * (0.5 + Math.random())));
    }
  }
}
