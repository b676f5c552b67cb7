/** What we read of a request. A web `Request` is one; a server without those hands over these. */
export interface Incoming {
  readonly method: string;
  /** With the application's origin, as the world knows it. */
  readonly url: string;
  /** Asked by lower-case names only. */
  readonly headers: Pick<Headers, "get">;
}
