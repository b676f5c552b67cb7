/** A line on a terminal that says how far something is; nothing where the stream is no terminal. */
export interface Progress {
  readonly at: (done: number, total: number) => void;
  /** Takes the line away. */
  readonly end: () => void;
}

const width = 30;

/** Progress on a stream, in one line that is written over. */
export function progressOn(stream: NodeJS.WriteStream): Progress {
  if (!stream.isTTY) return { at: () => {}, end: () => {} };
  return {
    at(done, total) {
      const part = Math.min(done / Math.max(total, 1), 1);
      const bar = "#".repeat(Math.round(part * width)).padEnd(width, ".");
      stream.write(`\r[${bar}] ${done} of ${total}`);
    },
    end: () => void stream.write("\r\x1b[K"),
  };
}
