import { test } from "node:test";
import { checkValues } from "./support.mjs";

test("is and as", () =>
  checkValues([
    ["1 is number", true],
    ["null is nullable number", true],
    ["null is number", false],
    ["null is any", true],
    ["null is anynonnull", false],
    ["{} is list", true],
    ["#date(2025, 1, 1) is datetime", false],
    ["type text is type", true],
    ["(each _) is function", true],
    ["1 as nullable number", 1],
    ['try "a" as number catch (e) => e[Message]', 'We cannot convert the value "a" to type Number.'],
  ]));

test("types as M writes them", () =>
  checkValues([
    ["type number", "type number"],
    ["type nullable text", "type nullable text"],
    ["type {number}", "type {number}"],
    ["type [a = number, optional b = text, ...]", "type [a = number, optional b = text, ...]"],
    ['type table [a = number, #"b c" = nullable text]', 'type table [a = number, #"b c" = nullable text]'],
    [
      "type function (x as number, optional y as text) as any",
      "type function (x as number, optional y as text) as any",
    ],
    ["type table [a = Int64.Type]", "type table [a = Int64.Type]"],
    ["let t = type [a = number] in type table t", "type table [a = number]"],
    ["type {nullable number}", "type {nullable number}"],
    ["type nullable (type {number})", "type nullable {number}"],
  ]));

test("types travel with values", () =>
  checkValues([
    ["Value.Type(1)", "type number"],
    ["Value.Type(Value.ReplaceType(1, Int64.Type))", "type Int64.Type"],
    ["Value.ReplaceType(1, Int64.Type) + 1", 2],
    ["Value.Type(#table(type table [a = number], {{1}}))", "type table [a = number]"],
    ["Type.FunctionParameters(Value.Type((x as number, optional y) => 1))", { x: "type number", y: "type any" }],
    ["let f = Value.ReplaceType((x) => x + 1, type function (x as number) as number) in f(1)", 2],
  ]));
