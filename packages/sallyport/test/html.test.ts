import assert from "node:assert/strict";
import { test } from "node:test";
import { html, raw } from "../src/html.ts";

test("every value is escaped, in text and in attributes", () => {
  const value = `<b>"it's" & that</b>`;
  assert.equal(
    html`<a title="${value}">${value}</a>`.text,
    '<a title="&#60;b&#62;&#34;it&#39;s&#34; &#38; that&#60;/b&#62;">' +
      "&#60;b&#62;&#34;it&#39;s&#34; &#38; that&#60;/b&#62;</a>",
  );
});

test("a page put into a page stays as it is, and lists are put one after the other", () => {
  const items = ["<1>", "2"].map((item) => html`<li>${item}</li>`);
  assert.equal(html`<ul>${items}</ul>`.text, "<ul><li>&#60;1&#62;</li><li>2</li></ul>");
});

test("what there is none of vanishes, and 0 does not", () => {
  assert.equal(html`${undefined}${false}${0}${""}`.text, "0");
});

test("a list of texts is escaped, too", () => {
  assert.equal(html`${["<", ">"]}`.text, "&#60;&#62;");
});

test("only `raw` puts markup in", () => {
  assert.equal(html`${raw("<hr>")}`.text, "<hr>");
});
