// The part of the store's interface that looks for texts in all that is recorded, whatever the index knows of it.

/** Some rows of what is recorded: what one step of the search reads. Numbers are the store's own. */
export type ContentBlock =
  | {
      /** Pieces as they lie there, [first, last]; `replies` are those of them that are whole replies. */
      readonly kind: 'pieces';
      readonly first: number;
      readonly last: number;
      readonly replies: readonly number[];
    }
  /** Exchanges whose reply, or request, lies in pieces that a value may reach across. */
  | { readonly kind: 'replies' | 'requests'; readonly exchanges: readonly number[] }
  /** Paths and queries of all exchanges. */
  | { readonly kind: 'urls' };

export interface ContentHit {
  readonly kind: 'piece' | 'reply' | 'request' | 'url';
  /** Of the piece or exchange. */
  readonly row: number;
  /** Indexes of the forms that it holds. */
  readonly forms: readonly number[];
}

export interface ContentFound {
  readonly hits: readonly ContentHit[];
  /** How much was read, unpacked. */
  readonly bytes: number;
}

/** An exchange that holds what was found. */
export interface ContentHolder {
  /** Its id. */
  readonly exchange: string;
  readonly place: 'request' | 'reply' | 'headers' | 'context' | 'url';
  /** Was it in a request of the session before, and sent again with its history? */
  readonly isAgain: boolean;
  readonly forms: readonly number[];
}

export interface ContentStore {
  /** All that is recorded, in blocks for one reader or several. */
  cutContent(): Promise<readonly ContentBlock[]>;
  /** @param forms what a text may look like there; none of them empty. */
  findForms(block: ContentBlock, forms: readonly string[]): Promise<ContentFound>;
  /** Oldest first. */
  findHolders(hits: readonly ContentHit[]): Promise<readonly ContentHolder[]>;
  /** How many exchanges left less than was said: metadata, no recording, bodies too long or in an encoding that is unknown. */
  countTextless(): Promise<number>;
}
