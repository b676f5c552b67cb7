// As much of JSON Schema (2020-12) as our own schemas use, and an error where one uses more.

type Fields = Readonly<Record<string, unknown>>;
type Check = (schema: unknown, value: unknown, where: string) => string[];

/** What is wrong with a value, each with its place; nothing where it fits. */
export function complaints(root: unknown, value: unknown): string[] {
  const check: Check = (schema, value, where) =>
    Object.entries(schema as Fields).flatMap(([keyword, demand]) => {
      if (silent.has(keyword)) return [];
      if (keyword === "$ref") return check(definition(root, String(demand)), value, where);
      const rule = rules[keyword];
      if (!rule) throw new Error(`the schema uses ${keyword}, which nobody checks here`);
      return rule({ demand, value, where, check, schema: schema as Fields });
    });
  return check(root, value, "it");
}

interface Demand {
  readonly demand: unknown;
  readonly value: unknown;
  readonly where: string;
  readonly schema: Fields;
  readonly check: Check;
}

const silent = new Set(["$schema", "$id", "$defs", "title", "description", "examples"]);

const rules: Readonly<Record<string, (of: Demand) => string[]>> = {
  type: ({ demand, value, where }) =>
    [demand].flat().includes(typeOf(value)) ? [] : [`${where} is not ${demand}`],
  enum: ({ demand, value, where }) =>
    (demand as unknown[]).includes(value) ? [] : [`${where} is not one of ${demand}`],
  oneOf: ({ demand, value, where, check }) => {
    const fitting = (demand as unknown[]).filter((each) => check(each, value, where).length === 0);
    return fitting.length === 1 ? [] : [`${where} is ${fitting.length} of several things, not one`];
  },
  pattern: ({ demand, value, where }) =>
    typeof value !== "string" || new RegExp(String(demand)).test(value)
      ? []
      : [`${where} does not look like ${demand}`],
  minItems: ({ demand, value, where }) =>
    !Array.isArray(value) || value.length >= Number(demand) ? [] : [`${where} is too short`],
  required: ({ demand, value, where }) =>
    (demand as string[])
      .filter((name) => typeOf(value) === "object" && !(name in (value as Fields)))
      .map((name) => `${where} has no ${name}`),
  properties: ({ demand, value, where, check }) =>
    fieldsOf(value)
      .filter(([name]) => name in (demand as Fields))
      .flatMap(([name, inner]) => check((demand as Fields)[name], inner, `${where}.${name}`)),
  additionalProperties: ({ demand, value, where, check, schema }) =>
    fieldsOf(value)
      .filter(([name]) => !(name in ((schema.properties ?? {}) as Fields)))
      .flatMap(([name, inner]) =>
        demand === false
          ? [`${where} has a ${name}, which nobody knows`]
          : check(demand, inner, `${where}.${name}`),
      ),
  items: ({ demand, value, where, check }) =>
    Array.isArray(value) ? value.flatMap((item, at) => check(demand, item, `${where}[${at}]`)) : [],
};

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}

function fieldsOf(value: unknown): [string, unknown][] {
  return typeOf(value) === "object" ? Object.entries(value as Fields) : [];
}

function definition(root: unknown, ref: string): unknown {
  return ((root as Fields).$defs as Fields)[ref.replace("#/$defs/", "")];
}
