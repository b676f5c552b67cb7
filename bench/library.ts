import { createAuth, type Http, type Tokens, type UserDetails } from "sallyport";
import { node } from "sallyport/adapters/node";
import { BaseOAuth2 } from "sallyport/protocols/oauth2";
import { sqliteStorage } from "sallyport/storage/sqlite";
import { serve } from "./serving.ts";

// One process of Sallyport as an application would run it, but for the log.
const [file = "", provider = ""] = process.argv.slice(2);

interface Person {
  readonly id: number;
  readonly login: string;
  readonly name: string;
  readonly email: string;
}

class BenchOAuth2 extends BaseOAuth2<Person> {
  override readonly name: string = "bench";
  override readonly authorizationUrl = `${provider}/authorize`;
  override readonly accessTokenUrl = `${provider}/token`;
  override readonly defaultScope = ["profile"];
  override readonly extraData = ["id", "login"];

  override async userData({ accessToken }: Tokens, http: Http): Promise<Person> {
    const headers = { authorization: `Bearer ${accessToken}` };
    // The bench's own provider sends nothing else.
    return (await http.json({ url: `${provider}/profile`, headers })) as Person;
  }

  override getUserDetails({ login, name, email }: Person): UserDetails {
    return { username: login, fullName: name, email, emailVerified: true };
  }
}

await serve((origin) => {
  const auth = createAuth({
    baseUrl: origin,
    secrets: ["only the bench knows this secret, and it opens nothing"],
    backends: [new BenchOAuth2({ clientId: "bench-client", clientSecret: "bench-secret" })],
    storage: sqliteStorage(file),
    logger: { info() {}, warn: console.warn, error: console.error },
  });
  return node(auth, (_request, response) => response.writeHead(404).end());
});
