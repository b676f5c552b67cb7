import { Agent, type IncomingMessage, request } from "node:http";

/** What came of one request of a browser. */
export interface Answer {
  readonly status: number;
  readonly location: string;
  /** `name=value` of each cookie that was set. */
  readonly cookies: readonly string[];
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** What a browser sends beside the address. */
export interface Visit {
  readonly agent: Agent;
  readonly cookie?: string | undefined;
  /** Fields of a form, which is posted. */
  readonly form?: URLSearchParams | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Connections that are kept alive, as many as there are browsers. */
export function browserAgent(browsers: number): Agent {
  return new Agent({ keepAlive: true, maxSockets: browsers });
}

/**
 * One request of a browser, no redirect followed. As a browser does, it asks again where a
 * connection that was kept alive turns out to be closed.
 *
 * @throws where no answer comes.
 */
export function visit(url: string, { agent, cookie, form, headers }: Visit): Promise<Answer> {
  const body = form?.toString();
  const options = {
    agent,
    method: body === undefined ? "GET" : "POST",
    headers: {
      ...browserHeaders,
      ...(cookie && { cookie }),
      ...(body !== undefined && {
        "content-type": "application/x-www-form-urlencoded",
        "content-length": Buffer.byteLength(body),
        origin: new URL(url).origin,
      }),
      ...headers,
    },
  };
  return new Promise((resolve, reject) => {
    const ask = () => {
      const asked = request(url, options, (response) => {
        read(response).then(resolve, reject);
      });
      asked.on("error", (error: NodeJS.ErrnoException) => {
        if (asked.reusedSocket && error.code === "ECONNRESET") ask();
        else reject(error);
      });
      asked.end(body);
    };
    ask();
  });
}

async function read(response: IncomingMessage): Promise<Answer> {
  let body = "";
  for await (const chunk of response.setEncoding("utf8")) body += chunk;
  const { statusCode: status = 0, headers } = response;
  const cookies = (headers["set-cookie"] ?? []).map((line) => line.split(";")[0] ?? "");
  return { status, location: headers.location ?? "", cookies, headers, body };
}

const browserHeaders = {
  accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
  "accept-language": "en-GB,en;q=0.5",
  "sec-fetch-dest": "document",
  "sec-fetch-mode": "navigate",
  "sec-fetch-site": "same-origin",
  "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
};
