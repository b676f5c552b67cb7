import { sha256, toBase64Url } from "#platform";
import type { Rehearsal } from "../contract.ts";
import { expectSame } from "../expect.ts";

/** Fails unless the verifier that came belongs to the challenge (RFC 7636, section 4.6), and both came or none. */
export async function checkVerifier(
  { known }: Rehearsal,
  method: string | undefined,
): Promise<void> {
  const verifier = known.get("code_verifier");
  expectSame(verifier !== undefined, method !== undefined, "a verifier, as there is a challenge");
  if (verifier === undefined) return;
  const challenge = method === "S256" ? toBase64Url(await sha256(verifier)) : verifier;
  expectSame(known.get("code_challenge"), challenge, "the challenge of the verifier");
}
