import { test } from "node:test";
import { checkValues } from "./support.mjs";

test("metadata travels with a value", () =>
  checkValues([
    ["Value.Metadata(1)", {}],
    ["Value.Metadata(1 meta [a = 1])", { a: 1 }],
    ["Value.Metadata((1 meta [a = 1]) meta [b = 2, a = 3])", { a: 3, b: 2 }],
    ["let x = 1 meta [a = 1] in Value.Metadata(x)", { a: 1 }],
    ["Value.Metadata([f = 1 meta [a = 1]][f])", { a: 1 }],
    ["Value.Metadata({1 meta [a = 1]}{0})", { a: 1 }],
    ["Value.Metadata(((x) => x)(1 meta [a = 1]))", { a: 1 }],
    ["Value.Metadata(null meta [a = 1])", { a: 1 }],
    ["Value.Metadata({1} meta [a = 1])", { a: 1 }],
    ["Value.Metadata(type text meta [a = 1])", { a: 1 }],
    ["Value.Metadata(if true then 1 meta [a = 1] else 2)", { a: 1 }],
    ["Value.Metadata((null meta [a = 1]) ?? (2 meta [a = 2]))", { a: 2 }],
    ["Value.Metadata(List.First(List.Select({1 meta [a = 1]}, each true)))", { a: 1 }],
  ]));

test("operators drop it", () =>
  checkValues([
    ["Value.Metadata((1 meta [a = 1]) + 1)", {}],
    ['Value.Metadata(("a" meta [a = 1]) & "b")', {}],
    ["Value.Metadata(Value.RemoveMetadata(1 meta [a = 1]))", {}],
    ["Value.Metadata(Value.ReplaceMetadata(1 meta [a = 1], [b = 2]))", { b: 2 }],
  ]));

test("functions of the library see the value only", () =>
  checkValues([
    ['Text.Upper("a" meta [a = 1])', "A"],
    ['Text.Combine({"a" meta [a = 1], "b"})', "ab"],
    ["List.Sum({1 meta [a = 1], 2})", 3],
    ["if true meta [a = 1] then 1 else 2", 1],
    ["{1, 2}{1 meta [a = 1]}", 2],
  ]));
