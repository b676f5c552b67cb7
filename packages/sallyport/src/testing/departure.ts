import { expectSame, expectTrue } from "./expect.ts";
import type { FixturePage, FixtureRedirect, RehearsedFixture } from "./fixture.ts";
import { filled, filledEach, type Known } from "./known.ts";

/** What the browser got when the login began: the provider's address, or a page of the backend's own. */
export type Departed = URL | ShownPage;

/** A page as a browser gets it. */
export interface ShownPage {
  readonly markup: string;
  /** Its content security policy. */
  readonly policy: string;
}

/** The parameters of the authorization request; none where a page stands in its place. */
export function parametersOf({
  departure,
}: Pick<RehearsedFixture, "departure">): FixtureRedirect["parameters"] {
  return "page" in departure ? {} : departure.parameters;
}

/** Whether the answer is posted: by the provider, or by the page's form. */
export function isPosted(fixture: RehearsedFixture): boolean {
  const { departure } = fixture;
  if ("page" in departure) return departure.page.fields !== undefined;
  return departure.parameters.response_mode === "form_post";
}

/** Fails unless a login began as the fixture says. */
export function expectDeparture(
  departed: Departed,
  { departure }: RehearsedFixture,
  known: Known,
): void {
  if ("page" in departure) {
    expectTrue(!(departed instanceof URL), "a page is shown");
    expectPage(departed, departure.page, known);
  } else {
    expectTrue(departed instanceof URL, "the browser leaves");
    expectRedirect(departed, departure, known);
  }
}

function expectRedirect(
  { protocol, host, pathname, searchParams }: URL,
  { scheme, host: to, path, parameters }: FixtureRedirect,
  known: Known,
): void {
  expectSame(`${protocol}//${host}${pathname}`, `${scheme ?? "https"}://${to}${path}`, "to");
  expectSame(Object.fromEntries(searchParams), filledEach(parameters, known), "the parameters");
}

function expectPage(
  { markup, policy }: ShownPage,
  { fields, markup: wanted = [], origins = [] }: FixturePage,
  known: Known,
): void {
  for (const text of wanted) {
    const stands = markup.includes(filled(text, known));
    expectTrue(stands, `${filled(text, known)} stands in the page: ${markup}`);
  }
  for (const source of ["script-src", "frame-src"]) {
    const [, named = ""] = new RegExp(`${source} ([^;]*)`).exec(policy) ?? [];
    const others = named.split(" ").filter((name) => name && !name.startsWith("'sha256-"));
    expectSame(others, origins, `the page's ${source}`);
  }
  const [form] = tags(markup, "form");
  expectSame(form !== undefined, fields !== undefined, "a form, where there are fields");
  if (form) expectForm(form, tags(markup, "input"), fields ?? [], known);
}

function expectForm(
  { method, action }: Attributes,
  inputs: readonly Attributes[],
  fields: readonly string[],
  known: Known,
): void {
  const redirectUri = known.get("redirect_uri") ?? "";
  expectSame({ method, action }, { method: "post", action: redirectUri }, "where the form leads");
  const shown = inputs.filter(({ type }) => type !== "hidden").map(({ name }) => name);
  expectSame(shown, fields, "the form's fields");
  const hidden = inputs.filter(({ type }) => type === "hidden").map(({ value }) => value);
  const inAddress = new URL(redirectUri).searchParams.has("redirect_state");
  expectTrue(inAddress || hidden.includes(known.get("state")), "the form carries the state");
}

type Attributes = Readonly<Record<string, string>>;

/** The attributes of each element of a name. */
function tags(markup: string, name: string): readonly Attributes[] {
  const character = (_: string, code: string) => String.fromCharCode(Number(code));
  return [...markup.matchAll(new RegExp(`<${name}\\b([^>]*)>`, "g"))].map(([, inside = ""]) =>
    Object.fromEntries(
      [...inside.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [
        key,
        value.replace(/&#(\d+);/g, character),
      ]),
    ),
  );
}
