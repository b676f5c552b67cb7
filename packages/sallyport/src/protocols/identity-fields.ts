import type { BaseAuth, ExtraDataEntry, KeptField } from "../backend.ts";
import { AuthError } from "../errors.ts";
import { type Json, type JsonObject, secretFields, type UserDetails } from "../identity.ts";

/**
 * The uid that an id of a provider's makes.
 *
 * @throws `uid_missing` where it is none that could keep two accounts apart.
 */
export function checkedUid({ name, idKey }: BaseAuth, id: unknown): string {
  // python-social-auth turns a missing id into the text "None", which all such people then
  // share. A number that JSON could not carry exactly would be shared just so.
  const uid = typeof id === "number" && Number.isSafeInteger(id) ? String(id) : id;
  if (typeof uid === "string" && uid.trim() !== "" && uid.length <= 255) return uid;
  const got = typeof id === "string" ? `text of ${id.length} characters` : typeof id;
  const message = `${name}: expected an id in "${idKey}" and got ${id === null ? "null" : got}`;
  throw new AuthError("uid_missing", { stage: "identity", backend: name, message });
}

/**
 * Of what a provider said, JSON or text, the fields that a backend declares as extra data. What
 * it does not say under that name is taken from the details, by either of its two names.
 */
export function selectedExtraData(
  backend: BaseAuth,
  fields: Readonly<Record<string, unknown>>,
  details: UserDetails,
): JsonObject {
  const entries: readonly ExtraDataEntry[] = [
    ...(backend.getAllExtraData || backend.setting("getAllExtraData") ? Object.keys(fields) : []),
    ...backend.extraData,
    ...backend.setting("extraData"),
  ];
  const kept = entries.flatMap((entry) =>
    typeof entry === "string" ? [toKept([entry, entry])] : Object.entries(entry).map(toKept),
  );
  const known = detailFields(details);
  const values = kept.map(([name, { as = name, discard }]) => {
    const said = fields[name];
    return { name, as, discard, value: said === undefined ? (known[name] ?? known[as]) : said };
  });
  // Tokens are kept by themselves, sealed, and under no other name.
  const open = values.filter(
    ({ name, value, discard }) => !secretNames.has(name) && !(discard && !value),
  );
  return Object.fromEntries(open.map(({ as, value }) => [as, value as Json]));
}

/** Details by the names that python-social-auth stores them under. */
function detailFields(details: UserDetails): Readonly<Record<string, string | undefined>> {
  const { username, email, fullName, firstName, lastName } = details;
  return { username, email, fullname: fullName, first_name: firstName, last_name: lastName };
}

function toKept([name, kept]: [string, string | KeptField]): [string, KeptField] {
  return [name, typeof kept === "string" ? { as: kept } : kept];
}

const secretNames: ReadonlySet<string> = new Set(secretFields);
