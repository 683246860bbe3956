import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeText } from "./literal.mjs";
import { checkValues, valueOf } from "./support.mjs";

test("every escape of texts and quoted identifiers", () =>
  checkValues([
    ['"a""b"', 'a"b'],
    ['"#(cr)#(lf)#(tab)"', "\r\n\t"],
    ['"#(cr,lf)"', "\r\n"],
    ['"#(#)(lf)"', "#(lf)"],
    ['"#(0041)#(0001F600)"', "A\u{1F600}"],
    ['"#(#,0041)"', "#A"],
    ['"# ( #"', "# ( #"],
    ['[#"a#(lf)b" = 1]', { "a\nb": 1 }],
    ['let #"x ""y""" = 1 in #"x ""y"""', 1],
    ['let a = 1 in #"a"', 1],
    ['"// no comment" & /* one */ "!" // two', "// no comment!"],
  ]));

test("numbers without a digit before the point", () =>
  checkValues([
    [".05 + 1", 1.05],
    ["{.0,.5}", [0, 0.5]],
    ['".0" & "x.0"', ".0x.0"],
    ["[a.0b = 1.05][a.0b]", 1.05],
  ]));

test("hostile text comes back from the literal that the escaping rule gives", () => {
  const hostile = ['"', "#(", "#(lf)", "*/", "\u0000", "\u2028", "\u202E", "\u{1F600}", "in", "#shared", "\r\n"];
  for (const one of hostile) {
    for (const other of hostile) {
      const text = `${one}x${other}`;
      const escaped = [...text]
        .map((char) => {
          const code = /** @type {number} */ (char.codePointAt(0));
          if (char === '"') return '""';
          if (char === "#") return "#(#)";
          if (code >= 0x20 && code <= 0x7e) return char;
          return `#(${code.toString(16).padStart(code > 0xffff ? 8 : 4, "0")})`;
        })
        .join("");
      assert.equal(decodeText(escaped), text);
    }
  }
});

test("Section!Member, where it is no text or comment", async () => {
  const documents = ["section A; x = 1; y = B!z;", 'section B; shared z = "A!x"; w = A!x + 1; // A!nothing'];
  assert.deepEqual(await valueOf("{A!y, B!w}", { documents }), ["A!x", 2]);
});

test("numbers that begin with the point, where it is no text or comment", () =>
  checkValues([
    ["{.05, -.02, 1.05, .5, .01e2} /* .0 */", [0.05, -0.02, 1.05, 0.5, 1]],
    ['[a.0 = ".0"]', { "a.0": ".0" }],
    ["{0 .. .0}", [0]],
  ]));
