// JSON, HTML, CSV, lines, URIs and binaries.

import assert from "node:assert/strict";
import { test } from "node:test";
import { errorOf, valueOf } from "../support.mjs";
import { checkAnswers } from "./known-answers.mjs";

checkAnswers({
  "Json.Document": [
    ['Json.Document("{""a"": [1, -2.5e3, null, true], ""b"": {}}")', "[a = {1, -2500, null, true}, b = []]"],
    ['Json.Document("""\\u0041\\n""")', '"A#(lf)"'],
    ['Json.Document("{""a"": 1, ""a"": 2}")', "[a = 2]"],
    ['Json.Document(#binary({0xEF, 0xBB, 0xBF, 0x5B, 0x5D}))', "{}"],
    ['Json.Document(Text.ToBinary("[""ä""]", TextEncoding.Utf16), TextEncoding.Utf16)', '{"ä"}'],
    ['Record.FieldNames(Json.Document("{""b"": 1, ""10"": 2, ""2"": 3}"))', '{"b", "10", "2"}'],
    ['Json.Document("{""a"": 1,}")', "[DataFormat.Error] We found an unexpected character in the JSON input."],
    ['Json.Document("[1] 2")', "[DataFormat.Error] We found extra characters at the end of JSON input."],
    ['Json.Document("[1")', "[DataFormat.Error] We reached the end of the buffer."],
  ],
  "Json.FromValue": [
    [
      'Text.FromBinary(Json.FromValue([a = {1, null, "x""y"}, b = #datetime(2021, 3, 4, 5, 6, 7), c = 1.5]))',
      '"{""a"":[1,null,""x\\""y""],""b"":""2021-03-04T05:06:07"",""c"":1.5}"',
    ],
    ['Text.FromBinary(Json.FromValue(#table({"a"}, {{1}, {2}})))', '"[{""a"":1},{""a"":2}]"'],
    ["Text.FromBinary(Json.FromValue(#nan))", '"null"'],
    ["Text.FromBinary(Json.FromValue(#duration(1, 2, 0, 4.5)))", '"""P1DT2H4.5S"""'],
    ["Json.FromValue(type text)", "[Expression.Error]"],
  ],
  "Html.Table": [
    [
      'Html.Table("<ul><li><b>A</b> 1<li><b>B</b> 2</ul>", {{"Letter", "b"}, {"Line", "ul > li"}}, [RowSelector = "li"])',
      '#table({"Letter", "Line"}, {{"A", "A 1"}, {"B", "B 2"}})',
    ],
    [
      'Html.Table("<table><tr><td>a<td>b<tr><td>c</table>", ' +
        '{{"First", "tbody > tr > :nth-child(1)"}, {"Last", "tr > td:nth-child(2)"}}, [RowSelector = "TABLE > * > TR"])',
      '#table({"First", "Last"}, {{"a", "b"}, {"c", null}})',
    ],
    [
      'Html.Table("<p class=\'x y\'>1 &lt; 2<br>!<p id=z>3", {{"X", ".y"}, {"Z", "p:not(.x)"}, {"After", ".x + p"}})',
      '#table({"X", "Z", "After"}, {{"1 < 2!", "3", "3"}})',
    ],
    [
      'Html.Table(Text.ToBinary("<script>if (1<2) <i></script><i title=hi-there>t</i>"), ' +
        '{{"Title", "i[title^=hi]", each [Attributes][title] & [TextContent]}})',
      '#table({"Title"}, {{"hi-theret"}})',
    ],
    [
      'Html.Table("<em/><i>1</i><i>2</i><i>3</i>", {{"Odd", "i:nth-of-type(2n+1), i:empty"}})',
      '#table({"Odd"}, {{"1"}, {"3"}})',
    ],
    ['Html.Table("<i>", {{"A", "i >"}})', "[Expression.Error] The CSS selector is not valid."],
  ],
  "Csv.Document": [
    ['Csv.Document("a,b#(cr)#(lf)""c,""""d"",#(lf)")', '#table(2, {{"a", "b"}, {"c,""d", ""}})'],
    ['Csv.Document("a;b", [Delimiter = ";"])', '#table(2, {{"a", "b"}})'],
    ['Csv.Document("1,2,3#(lf)4,5,6", 2)', '#table(2, {{"1", "2"}, {"4", "5"}})'],
    ['Csv.Document("a,b", {"x", "y"})[y]', '{"b"}'],
    ['Csv.Document("a  b", null, "")', '#table(2, {{"a", "b"}})'],
    ['Csv.Document("""a#(lf)b"",c", [QuoteStyle = QuoteStyle.Csv])', '#table(2, {{"a#(lf)b", "c"}})'],
    ["Csv.Document(#binary({65, 44, 66}))", '#table(2, {{"A", "B"}})'],
  ],
  "Lines.FromText, Lines.ToText": [
    ['Lines.FromText("a#(cr)#(lf)b#(lf)#(lf)c")', '{"a", "b", "", "c"}'],
    ['Lines.FromText("a#(lf)b", null, true)', '{"a#(lf)", "b"}'],
    ["Lines.FromBinary(#binary({65, 10, 66}))", '{"A", "B"}'],
    ['Lines.ToText({"a", "b"}, ";")', '"a;b;"'],
  ],
  "Uri.EscapeDataString, Uri.BuildQueryString": [
    ['Uri.EscapeDataString("a b&c/ü~(!)")', '"a%20b%26c%2F%C3%BC~%28%21%29"'],
    ['Uri.BuildQueryString([q = "a b", n = {"1", "2"}])', '"q=a%20b&n=1&n=2"'],
    ["Uri.BuildQueryString([q = 1])", "[Expression.Error] We cannot convert the value 1 to type Text."],
  ],
  "Uri.Parts, Uri.Combine": [
    ['Uri.Parts("https://u:p@h.example:8443/a/b?x=1&x=2&y=%20#f")[[Host], [Port], [Path], [Query]]', '[Host = "h.example", Port = 8443, Path = "/a/b", Query = [x = {"1", "2"}, y = " "]]'],
    ['Uri.Parts("h.example")[Port]', "80"],
    ['Uri.Combine("https://h.example/a/b", "../c")', '"https://h.example/c"'],
  ],
  "Binary.FromText, Binary.ToText, Binary.FromList": [
    ['Binary.FromText("AQI=")', "#binary({1, 2})"],
    ['Binary.FromText("0aFF", BinaryEncoding.Hex)', "#binary({10, 255})"],
    ['Binary.FromText("***")', "[DataFormat.Error]"],
    ["Binary.ToText(#binary({1, 2}))", '"AQI="'],
    ["Binary.ToList(Binary.FromList({7, 8}))", "{7, 8}"],
    ["Binary.FromList({256})", "[Expression.Error]"],
  ],
  "Binary.Combine, Binary.Range, Binary.Split, Binary.Length": [
    ["Binary.Combine({#binary({1}), #binary({2, 3})})", "#binary({1, 2, 3})"],
    ["Binary.Range(#binary({0..5}), 2, 2)", "#binary({2, 3})"],
    ["Binary.Split(#binary({1, 2, 3}), 2)", "{#binary({1, 2}), #binary({3})}"],
    ["Binary.Length(#binary({1, 2, 3}))", "3"],
    ["Binary.Buffer(#binary({1}))", "#binary({1})"],
  ],
  "Binary.Compress, Binary.Decompress": [
    ["Binary.Decompress(Binary.Compress(#binary({1, 2, 3}), Compression.GZip), Compression.GZip)", "#binary({1, 2, 3})"],
    ["Binary.Decompress(Binary.Compress(#binary({1, 2, 3}), Compression.Deflate), Compression.Deflate)", "#binary({1, 2, 3})"],
    ["Binary.Decompress(#binary({9, 9}), Compression.GZip)", "[DataFormat.Error]"],
  ],
  BinaryFormat: [
    ["BinaryFormat.UnsignedInteger16(#binary({1, 2}))", "258"],
    ["BinaryFormat.ByteOrder(BinaryFormat.UnsignedInteger16, ByteOrder.LittleEndian)(#binary({1, 2}))", "513"],
    ["BinaryFormat.SignedInteger32(#binary({255, 255, 255, 254}))", "-2"],
    ["BinaryFormat.Double(#binary({0x3F, 0xF8, 0, 0, 0, 0, 0, 0}))", "1.5"],
    ["BinaryFormat.7BitEncodedUnsignedInteger(#binary({0xAC, 0x02}))", "300"],
    ["BinaryFormat.List(BinaryFormat.Byte, BinaryFormat.Byte)(#binary({2, 8, 9, 7}))", "{8, 9}"],
    ["BinaryFormat.Length(BinaryFormat.List(BinaryFormat.Byte), 2)(#binary({1, 2, 3}))", "{1, 2}"],
    ["BinaryFormat.Record([a = BinaryFormat.Byte, b = 5, c = BinaryFormat.Text(2)])(#binary({1, 65, 66}))", '[a = 1, b = 5, c = "AB"]'],
    ["BinaryFormat.Choice(BinaryFormat.Byte, (n) => BinaryFormat.Binary(n))(#binary({1, 9, 8}))", "#binary({9})"],
    ["BinaryFormat.Transform(BinaryFormat.Byte, each _ * 2)(#binary({4}))", "8"],
    [
      "BinaryFormat.Group(BinaryFormat.Byte, {{1, BinaryFormat.Byte}, {2, BinaryFormat.Byte, BinaryOccurrence.Repeating}, {3, BinaryFormat.Byte, BinaryOccurrence.Optional, 0}})(#binary({2, 7, 1, 5, 2, 8}))",
      "{5, {7, 8}, 0}",
    ],
    ["BinaryFormat.Byte(#binary({}))", "[DataFormat.Error]"],
  ],
});

test("the position of what is wrong with JSON is in the error", async () => {
  const error = await errorOf('Json.Document("[1, x]")');
  assert.deepEqual(error.Detail, { Value: "x", Position: 4 });
});

test("five megabytes of JSON are read in a few seconds", async () => {
  const rows = 'List.Transform({1..60000}, each [Id = _, Name = "row " & Text.From(_), Note = "some words of text, and ""quotes"""])';
  const started = performance.now();
  assert.equal(await valueOf(`List.Count(Json.Document(Json.FromValue(${rows})))`), 60_000);
  assert.ok(performance.now() - started < 10_000);
});
