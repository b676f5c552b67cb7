import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import { AuthError } from "../errors.ts";
import { Cache } from "./cache.ts";
import { type Reader, readPublished } from "./published.ts";

/** A provider's public keys, as they were when they were fetched. */
export type KeySet = JWTVerifyGetKey;

/** The key sets of providers (RFC 7517, section 5), each fetched once in ten minutes. */
export class KeySets {
  readonly #sets = new Cache<KeySet>();

  /**
   * Does something with a provider's keys, for example checks a signature. Where that throws
   * a {@link KeyMissing}, the keys are fetched again, at most once a minute, and it is tried
   * once more: a provider may change its keys right before it signs.
   *
   * @throws `discovery_failed` where no key set is published, what {@link readPublished}
   * throws, and what `work` does.
   */
  async use<T>(reader: Reader, uri: string, work: (keys: KeySet) => Promise<T>): Promise<T> {
    const fetch = () => fetchKeys(reader, uri);
    const kept = await this.#sets.get(uri, reader.now, fetch);
    try {
      return await work(kept);
    } catch (error) {
      if (!(error instanceof KeyMissing)) throw error;
      const renewed = await this.#sets.renew(uri, reader.now, fetch);
      if (renewed === kept) throw error;
      return work(renewed);
    }
  }
}

/** A failure that other keys may mend: none of those at hand is the one that signed. */
export class KeyMissing extends AuthError {}

async function fetchKeys(reader: Reader, uri: string): Promise<KeySet> {
  const document = await readPublished(reader, uri);
  try {
    // `createLocalJWKSet` checks what it is given.
    return createLocalJWKSet(document as unknown as JSONWebKeySet);
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
    const { backend, stage } = reader;
    const message = `${backend}: there is no key set at ${uri}`;
    throw new AuthError("discovery_failed", { stage, backend, message });
  }
}
