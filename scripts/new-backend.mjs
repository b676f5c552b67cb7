import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { parseArgs } from "node:util";

// npm run new:backend -- NAME --protocol oauth2
// Writes a backend and its fixture, filled in as far as a name goes, from backend-templates/.
// Its test is there already: test/backends/contract.test.ts finds both.

const templates = join(import.meta.dirname, "backend-templates");
const protocols = readdirSync(templates)
  .map((file) => file.replace(".mjs", ""))
  .filter((name) => name !== "person");
const usage = `usage: npm run new:backend -- NAME [--protocol ${protocols.join("|")}]`;

const { positionals, values } = readWords();
const [name = "", ...others] = positionals;
if (others.length > 0) fail(usage);
if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
  fail(`a backend's name has lower-case letters, digits and hyphens, not "${name}"\n${usage}`);
}
if (values.protocol === "saml") {
  fail("SAML needs no class: its identity providers are settings of one backend");
}
if (!protocols.includes(values.protocol)) {
  fail(`there is no template for "${values.protocol}"\n${usage}`);
}

// As the formatter has it.
const loneText = /\[\n\s+("[^"]*")\n\s+\]/g;
const { classOf, fixture, suffix } = await import(join(templates, `${values.protocol}.mjs`));
const fixtureText = {
  $schema: "../../src/testing/fixture.schema.json",
  backend: name,
  source: ["https://example.com/the-page-that-says-so"],
  ...fixture(),
};
write({
  [`src/backends/${name}.ts`]: classOf(namesFor(name, suffix)),
  [`test/fixtures/${name}.json`]: `${JSON.stringify(fixtureText, null, 2).replace(loneText, "[$1]")}\n`,
});
console.log(`
Next:
  1. Put the provider's endpoints and fields into the class.
  2. Put its real answers, from its documentation, into the fixture, and the pages into "source".
  3. node --conditions=sallyport-source --import tsx --test --test-name-pattern='^${name}' \\
       packages/sallyport/test/backends/contract.test.ts
docs/how-to/add-a-backend.md explains each.`);

function readWords() {
  const options = {
    protocol: { type: "string", default: "oauth2" },
    // Where the library is; for tests.
    into: { type: "string", default: join(import.meta.dirname, "../packages/sallyport") },
  };
  try {
    return parseArgs({ allowPositionals: true, options });
  } catch {
    fail(usage);
  }
}

/** `acme-id` is the backend `AcmeIdOAuth2`, and people know it as Acme. */
function namesFor(name, suffix) {
  const capital = (word) => word.replace(/^./, (letter) => letter.toUpperCase());
  const title = capital(name.split("-")[0]);
  const words = name.replace(/-?(oauth1|oauth2|oidc|openidconnect|openid|auth)$/, "");
  const className = words.split("-").map(capital).join("") || title;
  return { name, title, className: `${className}${suffix}` };
}

function write(texts) {
  const files = Object.entries(texts).map(([path, text]) => [join(values.into, path), text]);
  for (const [file] of files) if (existsSync(file)) fail(`${file} is there already`);
  for (const [file, text] of files) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(`wrote ${relative(process.cwd(), file)}`);
  }
}

function fail(what) {
  console.error(what);
  process.exit(1);
}
