import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { type AuthConfig, AuthError, type BaseAuth, type Environment } from "../../src/index.ts";
import {
  backendSettings,
  type SettingName,
  settingNames,
  sharedSettings,
  siteSettings,
  variableOf,
} from "../../src/settings.ts";
import { ExampleOAuth2, settingsFor, startSite } from "../site.ts";
import type { Make } from "./backends.ts";
import { cases } from "./cases.ts";

/** What is given where. */
interface Given {
  readonly toBackend?: object;
  readonly toSite?: object;
  readonly env?: Environment;
}

/** What is seen of a setting when it stands in these places, or how the start fails. */
async function seen(t: TestContext, name: SettingName, given: Given = {}): Promise<unknown> {
  const { see, backend = ExampleOAuth2 as Make, beside = {}, config = {} } = cases[name];
  const make = (settings: object): BaseAuth => new backend(settings);
  // A name that the compiler cannot know is given as JavaScript would.
  const toSite = given.toSite as Partial<AuthConfig> | undefined;
  try {
    const site = await startSite(t, {
      ...config,
      ...toSite,
      backends: (provider) => [make({ ...settingsFor(provider), ...beside, ...given.toBackend })],
      env: given.env ?? {},
    });
    return await see(site);
  } catch (error) {
    if (error instanceof AuthError) return error.code;
    throw error;
  }
}

const isOne = (of: object, name: string) => Object.hasOwn(of, name);
const besideTheRest = [
  ...["loginRedirectUrl", "loginErrorUrl", "inactiveUserUrl", "disconnectRedirectUrl"],
  ...["fieldsStoredInSession", "logoutRedirectUrl", "allowedRedirectHosts", "recentSignIn"],
];

for (const name of settingNames) {
  const { value, text, without, with: changed } = cases[name];

  test(`${name}: without it`, async (t) => {
    assert.notDeepEqual(without, changed);
    assert.deepEqual(await seen(t, name), without);
  });

  if (!isOne(siteSettings, name)) {
    test(`${name}: given to the backend`, async (t) => {
      assert.deepEqual(await seen(t, name, { toBackend: { [name]: value } }), changed);
    });

    test(`${name}: in the backend's variable`, async (t) => {
      const env = { [variableOf(name, "example")]: text };
      assert.deepEqual(await seen(t, name, { env }), changed);
    });

    test(`${name}: in another backend's variable it does nothing`, async (t) => {
      const env = { [variableOf(name, "second")]: text };
      assert.deepEqual(await seen(t, name, { env }), without);
    });
  }

  if (isOne(backendSettings, name)) {
    test(`${name}: in the site's variable it does nothing`, async (t) => {
      const env = { [variableOf(name)]: text };
      assert.deepEqual(await seen(t, name, { env }), without);
    });
  } else {
    test(`${name}: given to the site`, async (t) => {
      const given = { [name]: value };
      const toSite = besideTheRest.includes(name) ? given : { settings: given };
      assert.deepEqual(await seen(t, name, { toSite }), changed);
    });

    test(`${name}: in the site's variable`, async (t) => {
      assert.deepEqual(await seen(t, name, { env: { [variableOf(name)]: text } }), changed);
    });
  }
}

test("every setting of the reference table has a case above, and every case a row there", () => {
  const page = readFileSync(
    new URL("../../../../docs/reference/settings.md", import.meta.url),
    "utf8",
  );
  const rows = [...page.matchAll(/^\| `(\w+)` \| `[A-Z_]+`(?: †)? \|/gm)].map(([, name]) => name);
  assert.ok(rows.length > 40, "the table has rows");
  assert.deepEqual([...rows].sort(), Object.keys(cases).sort());
  assert.equal(
    rows.length,
    [backendSettings, sharedSettings, siteSettings].flatMap((part) => Object.keys(part)).length,
  );
});
