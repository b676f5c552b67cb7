import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { Agent, type IncomingMessage, request, type ServerResponse } from "node:http";
import { floorTables } from "./floor-tables.ts";
import { serve } from "./serving.ts";

// The least that signs somebody in: one provider, one database, one file, nothing that could
// be configured. It checks what must be checked and asks and writes what the library does.
const [file = "", provider = ""] = process.argv.slice(2);
const tables = floorTables(file);
const agent = new Agent({ keepAlive: true, maxSockets: 256 });
const secret = randomBytes(32);
const flowLifetime = 10 * 60 * 1000;
const attributes = "Path=/; HttpOnly; SameSite=Lax";

await serve((origin) => {
  const redirectUri = `${origin}/auth/complete/bench`;

  return (incoming, outgoing) => {
    const url = new URL(incoming.url ?? "/", origin);
    if (url.pathname === "/auth/login/bench") return begin(outgoing, redirectUri);
    complete(incoming, outgoing, url.searchParams, redirectUri).catch((error: unknown) => {
      console.error(error);
      outgoing.writeHead(500).end();
    });
  };
});

function begin(outgoing: ServerResponse, redirectUri: string): void {
  const state = token();
  const verifier = token();
  const query = new URLSearchParams({
    client_id: "bench-client",
    redirect_uri: redirectUri,
    response_type: "code",
    state,
    scope: "profile",
    code_challenge: sha256(verifier),
    code_challenge_method: "S256",
  });
  const flow = `${state}.${verifier}.${Date.now() + flowLifetime}`;
  const cookie = `flow-${state.slice(0, 8)}=${flow}.${sign(flow)}; Max-Age=600; ${attributes}`;
  redirect(outgoing, `${provider}/authorize?${query}`, [cookie]);
}

async function complete(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  callback: URLSearchParams,
  redirectUri: string,
): Promise<void> {
  const state = callback.get("state") ?? "";
  const name = `flow-${state.slice(0, 8)}`;
  const flow = openFlow(cookieOf(incoming, name));
  const now = new Date();
  if (!flow || !sameText(flow.state, state) || flow.expiresAt <= now.getTime()) {
    throw new Error("this browser holds no flow for this state");
  }
  if (!tables.useState(sha256(state), new Date(flow.expiresAt).toISOString())) {
    throw new Error("the state was used before");
  }

  const form = new URLSearchParams({
    grant_type: "authorization_code",
    code: callback.get("code") ?? "",
    redirect_uri: redirectUri,
    code_verifier: flow.verifier,
    client_id: "bench-client",
    client_secret: "bench-secret",
  });
  const tokens = await ask("/token", {}, form.toString());
  const accessToken = tokens.access_token;
  if (typeof accessToken !== "string") throw new Error("no access token came");
  const person = await ask("/profile", { authorization: `Bearer ${accessToken}` });
  if (typeof person.id !== "number") throw new Error("no id came");

  const session = token();
  tables.write(
    {
      uid: String(person.id),
      username: String(person.login),
      fullName: String(person.name),
      email: String(person.email),
      extraData: JSON.stringify({
        id: person.id,
        login: person.login,
        access_token: accessToken,
        token_type: tokens.token_type,
        scope: tokens.scope,
        expires_on: Math.floor(now.getTime() / 1000) + Number(tokens.expires_in),
        auth_time: Math.floor(now.getTime() / 1000),
      }),
      sessionHash: sha256(session),
    },
    now,
  );
  redirect(outgoing, "/", [
    `${name}=; Max-Age=0; ${attributes}`,
    `session=${session}; Max-Age=604800; ${attributes}`,
  ]);
}

function ask(
  path: string,
  headers: Record<string, string>,
  form?: string,
): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const posted =
      form === undefined
        ? {}
        : {
            "content-type": "application/x-www-form-urlencoded",
            "content-length": Buffer.byteLength(form),
          };
    const options = {
      method: form === undefined ? "GET" : "POST",
      agent,
      headers: { accept: "application/json", ...headers, ...posted },
    };
    const asked = request(provider + path, options, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      answer.on("end", () => {
        if (answer.statusCode === 200) resolve(JSON.parse(text));
        else reject(new Error(`${path} answered with status ${answer.statusCode}`));
      });
    });
    asked.on("error", reject).end(form);
  });
}

function redirect(outgoing: ServerResponse, location: string, cookies: string[]): void {
  outgoing.statusCode = 303;
  outgoing.setHeader("location", location);
  outgoing.setHeader("cache-control", "no-store");
  outgoing.setHeader("referrer-policy", "no-referrer");
  outgoing.setHeader("set-cookie", cookies);
  outgoing.end();
}

function openFlow(cookie: string | undefined) {
  const at = cookie?.lastIndexOf(".") ?? -1;
  if (!cookie || at < 0) return undefined;
  const flow = cookie.slice(0, at);
  if (!sameText(cookie.slice(at + 1), sign(flow))) return undefined;
  const [state = "", verifier = "", expiresAt = ""] = flow.split(".");
  return { state, verifier, expiresAt: Number(expiresAt) };
}

function cookieOf(incoming: IncomingMessage, name: string): string | undefined {
  for (const pair of incoming.headers.cookie?.split(";") ?? []) {
    const cookie = pair.trim();
    if (cookie.startsWith(`${name}=`)) return cookie.slice(name.length + 1);
  }
  return undefined;
}

function token(): string {
  return randomBytes(32).toString("base64url");
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

function sign(text: string): string {
  return createHmac("sha256", secret).update(text).digest("base64url");
}

function sameText(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
