import { AuthError } from "../errors.ts";
import { type Answer, documentAnswer } from "./answers.ts";
import { backendOf, type Visit } from "./visit.ts";

/** `GET /metadata/:backend`: what a provider is to know about us. */
export async function describeUs(visit: Visit): Promise<Answer> {
  const backend = backendOf(visit);
  const metadata = backend.metadata?.(visit.site.gate.redirectUri(backend));
  if (metadata) return documentAnswer(metadata.contentType, metadata.text);
  const message = `${backend.name} has no metadata`;
  throw new AuthError("backend_unknown", { stage: "request", message });
}
