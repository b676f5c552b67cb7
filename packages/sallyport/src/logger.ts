/** Where the operator's lines go. `console` is one; so are pino and its like. */
export interface Logger {
  info(message: string, facts?: object): void;
  warn(message: string, facts?: object): void;
  error(message: string, facts?: object): void;
}
