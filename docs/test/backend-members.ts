import { readFileSync } from "node:fs";
import { root } from "./markdown.ts";

/** An attribute or a method of a class that backends extend. */
export interface Member {
  readonly name: string;
  /** An attribute's default as it stands in the code; undefined for a method. */
  readonly value: string | undefined;
  readonly doc: string;
}

/** A class that backends extend. */
export interface BackendClass {
  readonly name: string;
  readonly doc: string;
  readonly members: readonly Member[];
}

/** The class that a source file exports, with all its members that a backend may see. */
export function backendClass(path: string): BackendClass {
  const text = readFileSync(root + path, "utf8");
  const found =
    /(?:\/\*\*((?:(?!\*\/).)*)\*\/\n)export (?:abstract )?class (\w+)[^{]*\{(\n.*?)\n\}\n/s.exec(
      text,
    );
  if (!found) throw new Error(`${path} exports no class with a doc comment`);
  const [, doc = "", name = "", body = ""] = found;
  return { name, doc: paragraph(doc), members: [...membersOf(path, body)] };
}

// A member stands two spaces in. A longer type or default goes on in the lines behind it.
const member =
  /\n(?: {2}\/\*\*(?<doc>(?:(?!\*\/).)*)\*\/\n)? {2}(?<keywords>(?:(?:protected|abstract|override|readonly|async) )*)(?<name>#?\w+)(?<rest>\??[:(<= ][^\n]*(?:\n {4}[^\n]*)*)/gs;

function* membersOf(path: string, body: string): Generator<Member> {
  for (const { groups } of body.matchAll(member)) {
    const { doc, keywords = "", name = "", rest = "" } = groups ?? {};
    // An override is documented where it was first said, and settings have their own page.
    const hidden = ["constructor", "settings", "private", "return", "if"].includes(name);
    if (hidden || name.startsWith("#") || keywords.includes("override")) continue;
    if (doc === undefined) throw new Error(`${path}: ${name} has no doc comment`);
    const isMethod = /^\??[(<]/.test(rest);
    const [, value] = / = (.*?);?$/s.exec(rest) ?? [];
    yield { name, doc: paragraph(doc), value: isMethod ? undefined : (value ?? "") };
  }
}

// The first paragraph of a doc comment, links as code.
function paragraph(doc: string): string {
  const [first = ""] = doc.split(/\n\s*\*\s*(?=\n|@|```)/).filter((part) => part.trim() !== "");
  const text = first
    .replace(/\s*\n\s*\* ?/g, " ")
    .replace(/^\s*\*/, "")
    .trim();
  return text.replace(/:$/, ".").replace(/\{@link (?:\w+\.)?(\w+)\}/g, "`$1`");
}
