import type { UserDetails } from "../../src/identity.ts";
import type { BaseAuth } from "../../src/index.ts";
import { jwtSigner } from "../../src/protocols/jwt-signer.ts";
import { BaseOAuth1 } from "../../src/protocols/oauth1.ts";
import { BaseOAuth2PKCE } from "../../src/protocols/oauth2-pkce.ts";
import { ExampleOAuth2, type Person } from "../site.ts";

// What the cases need besides `ExampleOAuth2`, all of them called `example`.

/** A class of backends that takes whatever settings a case is about. */
export type Make = new (settings?: object) => BaseAuth;

/** A provider that vouches for no address. */
export class UnsureOAuth2 extends ExampleOAuth2 {
  override getUserDetails(person: Person): UserDetails {
    return { ...super.getUserDetails(person), emailVerified: false };
  }
}

/** One whose addresses new people have to prove. */
export class UnprovenOAuth2 extends ExampleOAuth2 {
  override readonly requiresEmailValidation: boolean = true;
}

/** One that takes tokens back. */
export class RevocableOAuth2 extends ExampleOAuth2 {
  override readonly revokeTokenUrl: string = "{url}/revoke";
}

/** One whose PKCE can be adjusted. */
export class AdjustableOAuth2 extends BaseOAuth2PKCE {
  override readonly name: string = "example";
  override readonly authorizationUrl: string = "{url}/authorize";
  override readonly accessTokenUrl: string = "{url}/token";
  override readonly userDataUrl: string = "{url}/profile";

  override getUserDetails(): UserDetails {
    return { emailVerified: false };
  }
}

/** OAuth 1, as far as the first door. */
export class ExampleOAuth1 extends BaseOAuth1 {
  override readonly name: string = "example";
  override readonly requestTokenUrl: string = "{url}/request_token";
  override readonly authorizationUrl: string = "{url}/authorize";
  override readonly accessTokenUrl: string = "{url}/access_token";

  override async userData(): Promise<never> {
    throw new Error("nobody comes back");
  }

  override getUserDetails(): UserDetails {
    return { emailVerified: false };
  }
}

/** A client that proves itself with a key. */
export class SigningOAuth2 extends ExampleOAuth2 {
  override readonly signer = jwtSigner;
  override readonly tokenEndpointAuthMethod = "private_key_jwt";
}
