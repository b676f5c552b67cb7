import { createHash } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { transport } from "#platform";
import { OpenIdAuth, type OpenIdSettings } from "../src/protocols/openid.ts";
import type { Dialer, Resolver } from "../src/wire/public-http.ts";
import { codeOf, startSite } from "./site.ts";

/** An answer of a pretend web: status 200 and HTML unless said otherwise. */
export interface Page {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One request that came in. */
export interface WebRequest {
  readonly method: string;
  /** As the browser or the library wrote it, with the host that it asked for. */
  readonly url: URL;
  readonly form: URLSearchParams;
}

/** Every host of a pretend internet, on one loopback port. */
export interface PretendWeb {
  readonly requests: WebRequest[];
  /** Answers at this address; a text is a page's HTML. */
  on(url: string, answer: Page | string | ((request: WebRequest) => Page)): void;
  /** Where names lead: `8.8.8.8` unless set. */
  readonly addresses: Map<string, readonly string[]>;
  /** What connections were asked for, as `host@address`. */
  readonly dialled: string[];
  /** Settings that make a backend live in it. */
  readonly settings: { readonly resolver: Resolver; readonly dialer: Dialer };
}

/** Starts an internet with nothing in it. Its hosts are public as far as names go. */
export async function startWeb(t: TestContext): Promise<PretendWeb> {
  const answers = new Map<string, (request: WebRequest) => Page>();
  const requests: WebRequest[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const url = new URL(
      incoming.url ?? "",
      `${incoming.headers["x-scheme"]}://${incoming.headers.host}`,
    );
    const request = { method: incoming.method ?? "", url, form: await formOf(incoming) };
    requests.push(request);
    const answer = answers.get(url.origin + url.pathname);
    const { status = answer ? 200 : 404, headers, body = "" } = answer?.(request) ?? {};
    outgoing.writeHead(status, { "content-type": "text/html", ...headers }).end(body);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;

  const addresses = new Map<string, readonly string[]>();
  const dialled: string[] = [];
  const resolver: Resolver = async (host) => addresses.get(host) ?? ["8.8.8.8"];
  // Loopback stands for whatever public address was checked.
  const dialer: Dialer = (request, limits, address) => {
    const url = new URL(request.url);
    dialled.push(`${url.hostname}@${address}`);
    const headers = { ...request.headers, host: url.host, "x-scheme": url.protocol.slice(0, -1) };
    const local = `http://127.0.0.1:${port}${url.pathname}${url.search}`;
    return transport({ ...request, url: local, headers }, limits);
  };
  return {
    requests,
    addresses,
    dialled,
    settings: { resolver, dialer },
    on(url, answer) {
      const page = typeof answer === "string" ? { body: answer } : answer;
      answers.set(url, typeof page === "function" ? page : () => page);
    },
  };
}

async function formOf(incoming: IncomingMessage): Promise<URLSearchParams> {
  let text = "";
  for await (const chunk of incoming) text += chunk;
  return new URLSearchParams(text);
}

/** Where the {@link PretendOp} is, and Ada's page, which names it. */
export const endpoint = "https://op.example/server?tenant=1";
export const ada = "https://ada.example/";

export const openId2 = "http://specs.openid.net/auth/2.0";

/** A page that names an OP. */
export function pageFor(op: string, localId?: string): string {
  const local = localId === undefined ? "" : `<link rel="openid2.local_id" href="${localId}">`;
  return `<html><head><link rel="openid2.provider" href="${op}">${local}</head><body></body></html>`;
}

/** An XRDS document with one service. */
export function xrdsFor(types: readonly string[], uri: string, localId?: string): Page {
  const local = localId === undefined ? "" : `<LocalID>${localId}</LocalID>`;
  return {
    headers: { "content-type": "application/xrds+xml; charset=utf-8" },
    body: `<?xml version="1.0" encoding="UTF-8"?>
<xrds:XRDS xmlns:xrds="xri://$xrds" xmlns="xri://$xrd*($v*2.0)"><XRD><Service priority="0">
${types.map((type) => `<Type>${type}</Type>`).join("")}<URI>${uri}</URI>${local}
</Service></XRD></xrds:XRDS>`,
  };
}

/** What an OP says of one login; the test changes what it wants to see refused. */
export class PretendOp {
  /** Fields that replace those of a good answer; undefined leaves one out. */
  fields: Readonly<Record<string, string | undefined>> = {};
  /** Fields that are sent and not signed. */
  unsigned: readonly string[] = [];
  /** What it says to check_authentication. */
  verification = (isOwn: boolean): Page => ({
    headers: { "content-type": "text/plain" },
    body: `ns:${openId2}\nis_valid:${isOwn}\n`,
  });
  readonly #own = new Set<string>();
  readonly #stamp: string;
  #nonces = 0;

  constructor(web: PretendWeb, now: Date) {
    this.#stamp = now.toISOString().replace(/\.\d+Z$/, "Z");
    web.on("https://op.example/server", ({ form }) => {
      const own = form.get("openid.mode") === "check_authentication";
      const sig = signatureOf(form);
      // As section 11.4.2.1 demands: it confirms an answer once.
      const known = this.#own.delete(sig) && sig === form.get("openid.sig");
      return this.verification(own && known);
    });
    web.on(ada, pageFor(endpoint.replace("&", "&amp;")));
  }

  /** The positive assertion that answers a request, as the address that the browser goes to. */
  answer(request: URL): URL {
    const asked = request.searchParams;
    const fields: Record<string, string | undefined> = {
      ns: openId2,
      mode: "id_res",
      op_endpoint: endpoint,
      claimed_id: asked.get("openid.claimed_id") ?? "",
      identity: asked.get("openid.identity") ?? "",
      return_to: asked.get("openid.return_to") ?? "",
      response_nonce: `${this.#stamp}${++this.#nonces}`,
      assoc_handle: "stateless",
      ...this.fields,
    };
    const present = Object.entries(fields).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    const answer = new URLSearchParams(present.map(([name, value]) => [`openid.${name}`, value]));
    const signed = present.map(([name]) => name).filter((name) => !this.unsigned.includes(name));
    answer.set("openid.signed", signed.join(","));
    const sig = signatureOf(answer);
    this.#own.add(sig);
    answer.set("openid.sig", sig);
    const back = new URL(asked.get("openid.return_to") ?? "");
    for (const [name, value] of answer) back.searchParams.append(name, value);
    return back;
  }
}

export const sreg = "http://openid.net/extensions/sreg/1.1";
export const ax = "http://openid.net/srv/ax/1.0";
export const pape = "http://specs.openid.net/extensions/pape/1.0";

/** A site with the generic OpenID backend, in an internet with one OP, and Ada. */
export async function startOpenId(t: TestContext, more: Partial<OpenIdSettings> = {}) {
  const web = await startWeb(t);
  const backend = new OpenIdAuth({ ...web.settings, ...more });
  const site = await startSite(t, { backends: () => [backend] });
  const op = new PretendOp(web, site.clock.now);
  const browser = site.browser();

  /** To the OP: the request that the browser carries. */
  const leave = async (identifier = ada) => {
    const fields = new URLSearchParams({ openid_identifier: identifier });
    const left = await browser.post("/auth/login/openid", undefined, fields);
    const location = left.headers.get("location");
    if (location === null) throw new Error(`the login did not begin: ${await codeOf(left)}`);
    return new URL(location);
  };
  const comeBack = (url: URL) => browser.send("GET", url.href, { "sec-fetch-site": "cross-site" });
  const signIn = async (identifier?: string) => comeBack(op.answer(await leave(identifier)));
  return { web, site, op, browser, leave, comeBack, signIn };
}

/** Stands for a MAC over the signed fields. The mode is signed as it was sent to the browser. */
function signatureOf(message: URLSearchParams): string {
  const hash = createHash("sha256");
  for (const name of (message.get("openid.signed") ?? "").split(",")) {
    const value = name === "mode" ? "id_res" : message.get(`openid.${name}`);
    hash.update(`${name}:${value}\n`);
  }
  return hash.digest("base64");
}
