/** A browser's cookies, as far as one site goes. */
export interface CookieJar {
  /** For the header `Cookie`. */
  header(): string;
  /** Does what the lines of `Set-Cookie` say. */
  keep(lines: readonly string[]): void;
  /** From now on it has what it has now, whatever it is told. */
  freeze(): void;
  /** Throws everything away, as another browser would have it. */
  forget(): void;
}

/** An empty jar. */
export function cookieJar(): CookieJar {
  const cookies = new Map<string, string>();
  let frozen = false;
  return {
    header: () => [...cookies].map(([name, value]) => `${name}=${value}`).join("; "),
    forget: () => cookies.clear(),
    freeze() {
      frozen = true;
    },
    keep(lines) {
      for (const line of frozen ? [] : lines) {
        const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (line.includes("Max-Age=0")) cookies.delete(name);
        else cookies.set(name, value);
      }
    },
  };
}
