/** Where the operator's lines go. `console` is one; so are pino and its like. */
export interface Logger {
  info(message: string, facts?: object): void;
  warn(message: string, facts?: object): void;
  error(message: string, facts?: object): void;
}

/** The console, one line for each thing that is said. */
export const consoleLogger: Logger = {
  info: (message, facts) => console.info(toLine(message, facts)),
  warn: (message, facts) => console.warn(toLine(message, facts)),
  error: (message, facts) => console.error(toLine(message, facts)),
};

function toLine(message: string, facts?: object): string {
  return facts === undefined ? message : `${message} ${JSON.stringify(facts)}`;
}
