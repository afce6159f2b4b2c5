/** What a channel talks over: text both ways, until it ends. */
export interface Stream {
  send(text: string): void;
  close(): void;
}

export interface StreamHandlers {
  onData(chunk: Buffer): void;
  /** Once, however it ended; with a reason like "closed with code 1006". */
  onEnd(reason: string): void;
}

/** Makes one connection; rejects when it can't. */
export type OpenStream = (handlers: StreamHandlers) => Promise<Stream>;
