import { InvalidInput, isObject, isStrings, shown } from "./invalid-input.ts";

/** What `/profile/v1` says about somebody. Anything may stand in it, sloppy data above all. */
export type Profile = Readonly<Record<string, unknown>>;

/** One entry of `people.json`. Members that are not named here are kept as they are. */
export interface Person {
  /** Exactly what `/profile/v1` says with every scope granted; scopes take members away. */
  readonly profile: Profile;
  /** How the person signs in unless the form says otherwise; the profile's `amr` if absent. */
  readonly amr?: readonly string[];
  /** One sentence for the pages: what signing in as this person shows. */
  readonly shows?: string;
  /** What picks this person in forms and addresses where the profile has no id. */
  readonly key?: string;
  /** The account was closed: its tokens work on, and the profile has lost all that identifies. */
  readonly closed?: boolean;
}

/** What `PATCH /sandbox/people/:id` takes: the profile is merged, the rest replaced. */
export type PersonChanges = Partial<Omit<Person, "key">>;

/**
 * The people of one sandbox, by id: the profile's `id`, or else the entry's `key`, or else
 * `entry-N`. Tokens refer to the id, so they see every change made here.
 */
export class People {
  #byId: Map<string, Person>;

  constructor(list: unknown) {
    this.#byId = byId(toPeople(list));
  }

  /** Everybody, in the list's order; who has no id in the profile carries a `key`. */
  list(): readonly Person[] {
    return [...this.#byId.values()];
  }

  /** Everybody with the id that picks them. */
  entries(): Iterable<readonly [string, Person]> {
    return this.#byId.entries();
  }

  find(id: string): Person | undefined {
    return this.#byId.get(id);
  }

  /** Puts another list in place of this one; throws {@link InvalidInput} and then keeps this. */
  replace(list: unknown): void {
    this.#byId = byId(toPeople(list));
  }

  /** Changes one person and says what they are now; throws {@link InvalidInput}. */
  patch(id: string, changes: unknown): Person {
    const person = this.#byId.get(id);
    if (person === undefined) throw new InvalidInput(`there is no person ${shown(id)}`);
    const { profile, ...rest } = toChanges(changes);
    const merged = { ...person, ...rest, profile: { ...person.profile, ...profile } };
    const patched = idInProfile(merged) === id ? merged : { ...merged, key: id };
    this.#byId.set(id, patched);
    return patched;
  }
}

/**
 * Checks a list of people as it comes from a file or a request.
 *
 * Only what the sandbox itself needs is checked, each entry's frame: a tester may want to see
 * what an application does with networks that are null or an ASN that is a string.
 */
export function toPeople(list: unknown): readonly Person[] {
  if (!Array.isArray(list)) throw new InvalidInput(`people: expected a list, got ${shown(list)}`);
  for (const [index, entry] of list.entries()) checkEntry(entry, `people[${index}]`);
  return list as readonly Person[]; // checked just above
}

/** The profile as it is now: a closed account's has lost all that identifies. */
export function currentProfile({ profile, closed }: Person): Profile {
  if (closed !== true) return profile;
  // What close_account leaves: no names, no address, no groups. The full name is put together
  // with a space between, so that it is one space. Tokens are not revoked.
  // https://github.com/peeringdb/peeringdb/blob/3b79bdd1/src/peeringdb_server/models.py#L7007
  return {
    ...profile,
    given_name: "",
    family_name: "",
    name: " ",
    verified_user: false,
    email: null,
    verified_email: false,
    networks: [],
  };
}

/** How somebody signs in unless the form says otherwise; `[]`, not known, if nothing says. */
export function usualAmr({ amr, profile }: Person): readonly string[] {
  return amr ?? (isStrings(profile.amr) ? profile.amr : []);
}

/** A name to call somebody by on a page; profiles may have none, or only a space. */
export function displayName({ profile, key }: Person): string {
  const { name, given_name, family_name, id } = profile;
  if (typeof name === "string" && name.trim() !== "") return name.trim();
  const parts = [given_name, family_name].filter((part) => typeof part === "string");
  return parts.join(" ").trim() || `nameless ${key ?? id ?? "person"}`;
}

function byId(list: readonly Person[]): Map<string, Person> {
  const people = new Map<string, Person>();
  for (const [index, person] of list.entries()) {
    const own = idInProfile(person);
    const id = own ?? person.key ?? `entry-${index + 1}`;
    if (people.has(id)) throw new InvalidInput(`people[${index}]: the id ${id} is already taken`);
    people.set(id, own === undefined ? { ...person, key: id } : person);
  }
  return people;
}

function idInProfile({ profile: { id } }: Person): string | undefined {
  return typeof id === "number" || typeof id === "string" ? String(id) : undefined;
}

function checkEntry(entry: unknown, place: string): void {
  if (!isObject(entry)) throw new InvalidInput(`${place}: expected an object, got ${shown(entry)}`);
  if (!isObject(entry.profile)) {
    throw new InvalidInput(`${place}.profile: expected an object, got ${shown(entry.profile)}`);
  }
  checkFrame(entry, place);
  if (entry.key !== undefined && typeof entry.key !== "string") {
    throw new InvalidInput(`${place}.key: expected a string, got ${shown(entry.key)}`);
  }
}

function checkFrame({ amr, shows, closed }: Record<string, unknown>, place: string): void {
  if (amr !== undefined && !isStrings(amr)) {
    throw new InvalidInput(`${place}.amr: expected a list of strings, got ${shown(amr)}`);
  }
  if (shows !== undefined && typeof shows !== "string") {
    throw new InvalidInput(`${place}.shows: expected a string, got ${shown(shows)}`);
  }
  if (closed !== undefined && typeof closed !== "boolean") {
    throw new InvalidInput(`${place}.closed: expected true or false, got ${shown(closed)}`);
  }
}

function toChanges(changes: unknown): PersonChanges {
  if (!isObject(changes)) {
    throw new InvalidInput(`changes: expected an object, got ${shown(changes)}`);
  }
  // Strict about names, since { "verified_user": false } without "profile" is an easy slip.
  for (const name of Object.keys(changes)) {
    if (!["profile", "amr", "shows", "closed"].includes(name)) {
      throw new InvalidInput(
        `changes.${name}: unknown; there are profile, amr, shows and closed, and what /profile/v1 says goes into profile`,
      );
    }
  }
  if (changes.profile !== undefined && !isObject(changes.profile)) {
    throw new InvalidInput(`changes.profile: expected an object, got ${shown(changes.profile)}`);
  }
  checkFrame(changes, "changes");
  return changes;
}
