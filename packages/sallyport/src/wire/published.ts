import { AuthError, type Stage } from "../errors.ts";
import type { Http } from "../http.ts";
import { describe, parseJson, retryAfterOf, statusFailure } from "./bounded-http.ts";

/** Who reads what a provider publishes, as a discovery document or a key set is. */
export interface Reader {
  readonly backend: string;
  readonly stage: Stage;
  readonly http: Http;
  readonly now: Date;
}

/** The largest document that is taken, in characters. */
export const longestDocument = 256 * 1024;

/**
 * A JSON object that a provider publishes.
 *
 * @throws `discovery_failed` where something else is there, and what {@link Http.request}
 * throws.
 */
export async function readPublished(
  { backend, stage, http }: Reader,
  url: string,
): Promise<Readonly<Record<string, unknown>>> {
  const answer = await http.at(stage).request({ url, headers: { accept: "application/json" } });
  const document = answer.text.length <= longestDocument ? parseJson(answer) : undefined;
  if (answer.status === 200 && isObject(document)) return document;
  const failure = statusFailure(answer) ?? "discovery_failed";
  throw new AuthError(failure, {
    stage,
    backend,
    message: `${backend}: expected a JSON object at ${url} and got ${describe(answer)}`,
    retryAfter: retryAfterOf(answer),
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
