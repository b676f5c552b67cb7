import type { Stage } from "../errors.ts";
import type { Http } from "../http.ts";
import { isJsonObject } from "../identity.ts";
import { answerFailure, parseJson } from "./bounded-http.ts";

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
  if (answer.status === 200 && isJsonObject(document)) return document;
  const said = `expected a JSON object at ${url} and got`;
  throw answerFailure(answer, "discovery_failed", { backend, stage, said });
}
