import type { Json } from "../index.ts";
import type { RehearsedFixture } from "./fixture.ts";
import { filled, type Known } from "./known.ts";

/** What may turn up in no answer and in no line of the log. */
export function secretsOf(
  { settings, callback, calls }: RehearsedFixture,
  known: Known,
): readonly string[] {
  const bodies = calls.flatMap(({ answer }) => (typeof answer === "string" ? [] : [answer.body]));
  const named = [
    ...Object.entries(settings).filter(([name]) => secretSettings.test(name)),
    ...[callback, ...bodies.map(fieldsOf), Object.fromEntries(known)].flatMap((fields) =>
      Object.entries(fields).filter(([name]) => secretFields.has(name)),
    ),
  ];
  const texts = named.map(([, value]) => (typeof value === "string" ? filled(value, known) : ""));
  return texts.filter((text) => text !== "");
}

const secretSettings = /secret$|^apiKey$|^botToken$|password|privateKey/i;

const secretFields: ReadonlySet<string> = new Set([
  ...["access_token", "refresh_token", "id_token", "client_secret", "client_assertion"],
  ...["oauth_token_secret", "oauth_verifier", "code", "code_verifier", "password"],
]);

// A token answer is JSON, or a form.
function fieldsOf(body: Json | undefined): Readonly<Record<string, Json | undefined>> {
  if (typeof body === "string") return Object.fromEntries(new URLSearchParams(body));
  return Object(body) as Readonly<Record<string, Json | undefined>>;
}
