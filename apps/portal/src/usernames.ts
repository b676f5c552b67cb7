import type { UsernameCandidates } from "sallyport/steps/get-username";

/** The most letters of a name that are taken over. */
const longest = 140;

/**
 * IXP Manager's usernames: the person's name in lower case, one dot for each letter that
 * is not `a-z`, `0-9`, `.`, `_` or `-`; where it is taken, with 2, 3, … behind it.
 */
export const usernamesFromFullName: UsernameCandidates = function* ({ details }) {
  const name = details.fullName?.trim().toLowerCase().normalize("NFC") || "unknownpdbuser";
  // By letter and not by byte: "é" is one dot.
  const base = [...name]
    .slice(0, longest)
    .map((letter) => (/[a-z0-9._-]/.test(letter) ? letter : "."))
    .join("");
  yield base;
  for (let number = 2; ; number++) yield `${base}${number}`;
};
