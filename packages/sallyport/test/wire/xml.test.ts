import assert from "node:assert/strict";
import { test } from "node:test";
import { childOf, deepestXml, longestXml, parseXml } from "../../src/wire/xml.ts";

const fault = { name: "SyntaxError", message: /^XML with / };

test("elements, attributes and text become a tree", () => {
  const root = parseXml(
    `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
    <!-- who -->
    <p:person xmlns:p="urn:p" id = '7' ref="a
b"><name>Ada <b>King</b> Lovelace</name><empty/><empty ></empty >
    </p:person>
    <!-- and that is all -->
`,
  );
  assert.equal(root.name, "p:person");
  const attributes = { "xmlns:p": "urn:p", id: "7", ref: "a b" };
  assert.deepEqual(Object.fromEntries(root.attributes), attributes);
  assert.deepEqual(
    root.children.map(({ name }) => name),
    ["name", "empty", "empty"],
  );
  assert.equal(childOf(root, "name")?.text, "Ada  Lovelace");
  assert.equal(childOf(childOf(root, "name"), "b")?.text, "King");
  assert.equal(childOf(root, "empty")?.text, "");
  assert.equal(childOf(root, "nobody"), undefined);
  assert.equal(childOf(undefined, "name"), undefined);
});

test("the five entities and characters by number are read, once", () => {
  const root = parseXml('<a b="&quot;&apos;&#65;">&lt;&gt;&amp;amp; &#x1F600;&#13;&#x41;</a>');
  assert.equal(root.text, "<>&amp; 😀\rA");
  assert.equal(root.attributes.get("b"), "\"'A");
});

test("a CDATA section is text as it stands", () => {
  assert.equal(parseXml("<a>1<![CDATA[<b>&amp;]] >]]>2</a>").text, "1<b>&amp;]] >2");
});

test("lines end in one way only, and a byte order mark is no text", () => {
  assert.equal(parseXml("\uFEFF<a>1\r\n2\r3\n</a>").text, "1\n2\n3\n");
});

test("names of other languages are names", () => {
  assert.equal(parseXml('<größe ключ="1"/>').attributes.get("ключ"), "1");
});

test("names that objects have anyway are nothing special", () => {
  const root = parseXml('<constructor __proto__="1"><__proto__>x</__proto__></constructor>');
  assert.equal(root.attributes.get("__proto__"), "1");
  assert.equal(root.attributes.get("toString"), undefined);
  assert.equal(childOf(root, "__proto__")?.text, "x");
  assert.equal(childOf(root, "toString"), undefined);
});

const hostile: Readonly<Record<string, string>> = {
  "a document type": "<!DOCTYPE a><a/>",
  "an external entity": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
  "a billion laughs": `<!DOCTYPE a [<!ENTITY l "ha"><!ENTITY m "&l;&l;&l;">]><a>&m;</a>`,
  "a parameter entity": '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://a.example/"> %p;]><a/>',
  "a document type further down": "<a><!DOCTYPE a></a>",
  "an entity of its own": "<a>&x;</a>",
  "an entity of HTML's": "<a>&nbsp;</a>",
  "an entity that every object has": "<a>&constructor;</a>",
  "an entity in an attribute": '<a b="&x;"/>',
  "an ampersand alone": "<a>this & that</a>",
  "an entity that does not end": "<a>&amp</a>",
  "the character 0": "<a>&#0;</a>",
  "a control character by number": "<a>&#x1;</a>",
  "a control character": "<a>\u0001</a>",
  "half a character": "<a>\uD83D</a>",
  "half a character by number": "<a>&#xD800;</a>",
  "a character past the last": "<a>&#x110000;</a>",
  "a number that is endless": `<a>&#${"9".repeat(5000)};</a>`,
  "a processing instruction": "<a><?php echo 1 ?></a>",
  "a style sheet": '<?xml-stylesheet href="a.xsl"?><a/>',
  "a second declaration": '<?xml version="1.0"?><?xml version="1.0"?><a/>',
  "a declaration that is late": ' <?xml version="1.0"?><a/>',
  "another encoding": '<?xml version="1.0" encoding="UTF-16"?><a/>',
  "UTF-7": '<?xml version="1.0" encoding="UTF-7"?><a>+ADw-b+AD4-</a>',
  "nothing at all": "",
  "only spaces": " \n ",
  "only a comment": "<!-- a -->",
  "text alone": "not XML",
  JSON: '{"a": 1}',
  "an HTML page": "<!doctype html><html><body><br></body></html>",
  "HTML without a type": "<html><body><br></body></html>",
  "text before the root": "x<a/>",
  "text behind the root": "<a/>x",
  "a section behind the root": "<a/><![CDATA[ ]]>",
  "two roots": "<a/><b/>",
  "a root that stays open": "<a>",
  "a child that stays open": "<a><b></a>",
  "tags that cross": "<a><b></a></b>",
  "a tag closed twice": "<a></a></a>",
  "a closing tag alone": "</a>",
  "a closing tag with an attribute": '<a></a b="1">',
  "names that differ in case": "<a></A>",
  "a comment that stays open": "<a><!-- </a>",
  "a comment with two hyphens": "<a><!-- a -- b --></a>",
  "a section that stays open": "<a><![CDATA[ </a>",
  "the end of a section": "<a>]]></a>",
  "an attribute twice": '<a b="1" b="2"/>',
  "an attribute without quotes": "<a b=1/>",
  "an attribute without a value": "<a b/>",
  "attributes without a space": '<a b="1"c="2"/>',
  "an attribute that stays open": '<a b="1/>',
  "a tag in an attribute": '<a b="<c>"/>',
  "a name that begins with a digit": "<1a/>",
  "a name with two colons": "<a:b:c/>",
  "a space before the name": "< a/>",
  "a tag that breaks off": "<a",
  "a slash in the middle": "<a/ >",
};

for (const [what, document] of Object.entries(hostile)) {
  test(`${what} is refused`, () => {
    assert.throws(() => parseXml(document), fault);
  });
}

test("what is refused is not quoted", () => {
  for (const document of ["<secret>&secret;</secret>", "<a>secret", "secret", "<a secret/>"]) {
    assert.throws(
      () => parseXml(document),
      (error) => !/secret/.test(String(error)),
    );
  }
});

test("elements lie 32 deep, and no deeper", () => {
  const nested = (depth: number) => "<a>".repeat(depth) + "</a>".repeat(depth);
  assert.equal(parseXml(nested(deepestXml)).name, "a");
  assert.throws(() => parseXml(nested(deepestXml + 1)), /more than 32 levels/);
  assert.throws(() => parseXml("<a>".repeat(80_000)), /more than 32 levels/);
});

test("a document has 256 KiB, and no more", () => {
  const long = (length: number) => `<a>${"x".repeat(length - 7)}</a>`;
  assert.equal(parseXml(long(longestXml)).text.length, longestXml - 7);
  assert.throws(() => parseXml(long(longestXml + 1)), /more than 262144 characters/);
});

test("no document takes long, however it is made", () => {
  const fill = (text: string) => text.repeat(Math.floor((longestXml - 20) / text.length));
  const documents = [
    fill("<"),
    `<a>${fill("&")}</a>`,
    `<a>${fill("&amp;")}</a>`,
    `<a${fill(" ")}`,
    `<a${fill(" b")}`,
    `<${fill("a")}`,
    `<${fill("a:")}`,
    `<a b="${fill("x")}`,
    `<a ${fill("b = ")}`,
    `<a>${fill("<b/>")}</a>`,
    `<a>${fill("]]")}</a>`,
    `<a>${fill("<!---->")}</a>`,
    `<!--${fill("-")}`,
    `<?xml ${fill("a='' ")}`,
    `<a>${fill("\u0301")}</a>`,
  ];
  for (const document of documents) {
    const began = performance.now();
    try {
      parseXml(document);
    } catch (error) {
      assert.ok(error instanceof SyntaxError, String(error));
    }
    const took = performance.now() - began;
    assert.ok(took < 500, `${document.slice(0, 12)}… took ${took} ms`);
  }
});
