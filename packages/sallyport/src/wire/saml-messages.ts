import { SAML, type SamlConfig } from "@node-saml/node-saml";
import { BadSamlResponse } from "./saml-response.ts";

// All that is asked of node-saml: to write and sign our request, and to say which bytes of the
// answer were signed. Whether these are for this login is in saml-assertion.ts.

/** Both sides of a login, as the messages between them name them. */
export interface SamlParties {
  /** Our entity id. */
  readonly entityId: string;
  /** Our address for the answer. */
  readonly redirectUri: string;
  /** What our requests are signed with, as PEM; they are not without it. */
  readonly privateKey: string | undefined;
  /** The format of name identifiers that we ask for. */
  readonly nameIdFormat: string | undefined;
  /** The identity provider's address for requests. */
  readonly url: string;
  /** The identity provider's certificates: PEM, or what stands between its lines. */
  readonly certs: readonly string[];
}

/** Where to send the browser with a request (SAML 2.0, bindings, section 3.4). */
export function authnRequestUrl(
  parties: SamlParties,
  { requestId, relayState }: { readonly requestId: string; readonly relayState: string },
): Promise<string> {
  const saml = new SAML({ ...configOf(parties), generateUniqueId: () => requestId });
  return saml.getAuthorizeUrlAsync(relayState, undefined, {});
}

/**
 * The one assertion of a response, as its signature covers it.
 *
 * @throws {@link BadSamlResponse} where the assertion itself is not signed by one of the
 * certificates, whatever else is.
 */
export async function signedAssertion(parties: SamlParties, base64: string): Promise<string> {
  const verified = await new SAML(configOf(parties))
    .validatePostResponseAsync({ SAMLResponse: base64 })
    .catch((cause: unknown) => {
      throw new BadSamlResponse("the signature of its assertion does not hold", { cause });
    });
  const assertion = verified.profile?.getAssertionXml?.();
  if (assertion === undefined) throw new BadSamlResponse("it has no assertion");
  return assertion;
}

function configOf(parties: SamlParties): SamlConfig {
  const { entityId, redirectUri, privateKey, nameIdFormat, url, certs } = parties;
  return {
    issuer: entityId,
    callbackUrl: redirectUri,
    entryPoint: url,
    idpCert: [...certs],
    signatureAlgorithm: "sha256",
    identifierFormat: nameIdFormat ?? null,
    ...(privateKey !== undefined && { privateKey }),
    // How people prove who they are is the identity provider's business.
    disableRequestedAuthnContext: true,
    wantAssertionsSigned: true,
    wantAuthnResponseSigned: false,
    // Checked by us: with our clock, and from what is signed only.
    acceptedClockSkewMs: -1,
    audience: false,
  };
}
