import assert from "node:assert/strict";
import { test } from "node:test";
import { type FormField, formHtml } from "../src/form.ts";

const shown = (field: Partial<FormField>) =>
  formHtml({ fields: [{ name: "nick", label: "Nickname", ...field }] }, "/here").text;

test("what was wrong stands below the field, and the field points to it", () => {
  const page = shown({ value: "ada", problem: "Taken." });
  assert.match(
    page,
    /<input name="nick" value="ada" aria-invalid="true" aria-describedby="problem-nick" required><\/label> <strong id="problem-nick">Taken\.<\/strong>/,
  );
  assert.doesNotMatch(shown({ value: "ada" }), /aria-|strong/);
});

test("a checkbox stands before its label, and is ticked where it was", () => {
  const box = /<label><input type="checkbox" name="nick"( checked)? required> Nickname<\/label>/;
  assert.equal(box.exec(shown({ type: "checkbox", value: "on" }))?.[1], " checked");
  for (const value of [undefined, "", "off"]) {
    const [found, checked] = box.exec(shown({ type: "checkbox", value })) ?? [];
    assert.ok(found);
    assert.equal(checked, undefined);
  }
});

test("a page to read first opens beside the form", () => {
  const link = { text: "Read the <terms>", href: '/terms?a="b"' };
  assert.match(
    shown({ link }),
    /<\/label> <a href="\/terms\?a=&#34;b&#34;" target="_blank">Read the &#60;terms&#62;<\/a>/,
  );
  assert.doesNotMatch(shown({}), /link/);
});
