// The client's side of one exchange, whichever HTTP it speaks.

/** What it asks for. */
export interface Asked {
  readonly method: string;
  /** As in the request line; for HTTP/2 the path alone. */
  readonly url: string;
  /** Names and values by turns, as received, without pseudo-headers. */
  readonly headers: readonly string[];
  readonly host: string | null;
  readonly origin: string | null;
  /** Does a body belong to it, be it an empty one? */
  readonly hasBody: boolean;
  /** To be read once. */
  readonly body: () => AsyncIterator<Buffer>;
}

export interface Client {
  /** Has a reply begun? */
  hasBegun(): boolean;
  /** It hung up before it had the whole reply. */
  isGone(): boolean;
  /** The head of a reply, on its way with the first bytes. @param headers names and values by turns. */
  begin(status: number, headers: readonly string[]): void;
  /** Sends the head, before anything else happens. */
  flush(): void;
  /** @returns a promise where the client has to catch up, which resolves also when it goes. */
  write(bytes: Uint8Array): Promise<void> | null;
  /** @param trailers names and values by turns. */
  end(trailers: readonly string[]): void;
  /** Breaks off after what was written, without the mark of a complete reply. */
  cut(): void;
  /** Calls back once when nothing more goes out, whoever ended it; at once where that is so already. */
  onClose(act: () => void): void;
}
