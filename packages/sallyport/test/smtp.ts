import type { AddressInfo } from "node:net";
import { createTransport } from "nodemailer";
import { SMTPServer } from "smtp-server";
import type { ValidationMail } from "../src/steps/mail-validation.ts";

/** A message as the mailbox has it. */
export interface Received {
  readonly to: readonly string[];
  /** The body, decoded. */
  readonly text: string;
}

/** A mail server on loopback, and an application's way to send mail through it. */
export interface Post {
  readonly received: Received[];
  /** Addresses that it does not take: it answers 550. */
  readonly unknown: Set<string>;
  send(mail: ValidationMail): Promise<void>;
  /** Stops listening, as a server does that is restarted. */
  down(): Promise<void>;
  up(): Promise<void>;
}

type Ends = { after(end: () => Promise<void>): void };

/** Starts it; it ends with the test. */
export async function startPost(t: Ends): Promise<Post> {
  const received: Received[] = [];
  const unknown = new Set<string>();
  let server = await listening(received, unknown, 0);
  // A listening TCP server has an address with a port.
  const { port } = server.server.address() as AddressInfo;
  const down = () => new Promise<void>((resolve) => server.close(resolve));
  t.after(down);

  const transport = createTransport({ host: "127.0.0.1", port, ignoreTLS: true });
  return {
    received,
    unknown,
    async send({ to, link }) {
      const text = `Please confirm that this is your address:\n\n${link}\n`;
      const from = "portal@example.net";
      await transport.sendMail({ from, to, subject: "Your address", text });
    },
    down,
    async up() {
      server = await listening(received, unknown, port);
    },
  };
}

async function listening(
  received: Received[],
  unknown: ReadonlySet<string>,
  port: number,
): Promise<SMTPServer> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onRcptTo({ address }, _session, answer) {
      const error = Object.assign(new Error("no such mailbox"), { responseCode: 550 });
      answer(unknown.has(address) ? error : null);
    },
    async onData(stream, { envelope }, answer) {
      const message = Buffer.concat(await stream.toArray()).toString();
      const to = envelope.rcptTo.map(({ address }) => address);
      received.push({ to, text: textOf(message) });
      answer();
    },
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return server;
}

/** The body of a message of one part (RFC 5322; RFC 2045, section 6.7). */
function textOf(message: string): string {
  const at = message.indexOf("\r\n\r\n");
  const [head, body] = [message.slice(0, at), message.slice(at + 4)];
  if (!/^Content-Transfer-Encoding: quoted-printable$/im.test(head)) return body;
  return body
    .replaceAll("=\r\n", "")
    .replace(/=([0-9A-F]{2})/g, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    );
}
