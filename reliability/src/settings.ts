/** What a process of the application is told. */
export interface Settings {
  readonly port: number;
  /** Where the world reaches it: nginx. */
  readonly origin: string;
  readonly database: string;
  /** The sandbox. */
  readonly provider: string;
  readonly drainSeconds: number;
}

/** What signs the answers of the application's bot at Telegram. */
export const botToken = "123456:a-token-that-only-the-measures-know";
