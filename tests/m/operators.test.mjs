import assert from "node:assert/strict";
import { test } from "node:test";
import { checkValues, errorOf } from "./support.mjs";

test("operators bind as they should", () =>
  checkValues([
    ["1 - 2 - 3", -4],
    ["2 + 3 * 4", 14],
    ["8 / 4 / 2", 1],
    ["- - 1", 1],
    ["-2 * 3", -6],
    ['"a" & "b" = "ab"', true],
    ["1 < 2 and 2 < 3 or false", true],
    ["not true or true", true],
    ["null ?? null ?? 3", 3],
    ["1 + 1 is number", true],
  ]));

test("null goes through operators", () =>
  checkValues([
    ["1 + null", null],
    ["null * 2", null],
    ["-null", null],
    ['null & "a"', null],
    ["null < 1", null],
    ["null = null", true],
    ["null <> 1", true],
    ["null and false", false],
    ["null and true", null],
    ["null or true", true],
    ["not null", null],
    ["#date(2025, 1, 1) + null", null],
    ["null & {1}", null],
  ]));

test("and, or and if look at the right side only when they must", () =>
  checkValues([
    ['false and (error "no")', false],
    ['true or (error "no")', true],
    ['if true then 1 else error "no"', 1],
    ['1 ?? (error "no")', 1],
  ]));

test("numbers compute as doubles", () =>
  checkValues([
    ["0.1 + 0.2 = 0.3", false],
    ["1 / 0", "Infinity"],
    ["-1 / 0", "-Infinity"],
    ["0 / 0", "NaN"],
    ["#nan = #nan", false],
    ["#nan < 1", false],
    ["0xFF", 255],
    [".5e1", 5],
  ]));

test("integers keep their digits as long as nothing computes with them", () =>
  checkValues([
    ["9223372036854775807", 9223372036854775807n],
    ["9007199254740993 = 9007199254740993", true],
    ["9007199254740993 = 9007199254740992", false],
    ["9007199254740993 + 0", 9007199254740992],
    ["Text.From(9007199254740993)", "9007199254740993"],
    ["Text.From(1e15)", "1E+15"],
    ["Text.From(1 / 3)", "0.33333333333333331"],
    ["Text.From(0.00001)", "1E-05"],
  ]));

test("dates, times and durations", () =>
  checkValues([
    ["#date(2024, 2, 28) + #duration(2, 0, 0, 0)", "2024-03-01"],
    ["#date(2010, 5, 20) - #duration(0, 8, 0, 0)", "2010-05-19"],
    ["#time(8, 0, 0) + #duration(30, 5, 0, 0)", "13:00:00"],
    ["#date(2010, 1, 15) - #date(2010, 1, 31)", "-16.00:00:00"],
    ["#time(1, 30, 0) - #time(8, 0, 0)", "-06:30:00"],
    ["#datetime(2010, 5, 20, 16, 6, 0) - #datetime(2008, 12, 15, 4, 19, 19)", "521.11:46:41"],
    ["#duration(2, 1, 0, 15.1) + #duration(0, 1, 30, 45.3)", "2.02:31:00.4000000"],
    ["#duration(1, 0, 0, 0) * 1.5", "1.12:00:00"],
    ["#duration(1, 0, 0, 0) / 3", "08:00:00"],
    ["#duration(1, 0, 0, 0) / #duration(0, 6, 0, 0)", 4],
    ["-#duration(0, 0, 0, 1)", "-00:00:01"],
    ["#date(2025, 1, 2) & #time(3, 4, 5)", "2025-01-02T03:04:05"],
    ["#datetimezone(2025, 1, 1, 12, 0, 0, 2, 0) = #datetimezone(2025, 1, 1, 10, 0, 0, 0, 0)", true],
    ["#datetimezone(2025, 1, 1, 12, 0, 0, 2, 0) - #datetimezone(2025, 1, 1, 10, 0, 0, 0, 0)", "00:00:00"],
    ["#datetime(2025, 1, 1, 0, 0, 0.1234567)", "2025-01-01T00:00:00.1234567"],
    ["#date(2025, 1, 1) < #date(2025, 1, 2)", true],
  ]));

test("& joins texts, lists, records and tables", () =>
  checkValues([
    ["{1} & {2, 3}", [1, 2, 3]],
    ["[a = 1, b = 2] & [b = 3, c = 4]", { a: 1, b: 3, c: 4 }],
    [
      '#table({"a"}, {{1}}) & #table({"a", "b"}, {{2, 3}})',
      [
        { a: 1, b: null },
        { a: 2, b: 3 },
      ],
    ],
  ]));

test("values are equal by what they hold", () =>
  checkValues([
    ["{1, {2}} = {1, {2}}", true],
    ["[a = 1, b = 2] = [b = 2, a = 1]", true],
    ['#table({"a", "b"}, {{1, 2}}) = #table({"b", "a"}, {{2, 1}})', true],
    ['1 = "1"', false],
    ["(1 meta [a = 1]) = 1", true],
    ["let f = (x) => x in f = f", true],
    ["let f = (x) => x, g = f meta [a = 1] in f = g", true],
    ["((x) => x) = ((x) => x)", false],
    ["type number = type number", true],
    ["#binary({1, 2}) = #binary({1, 2})", true],
  ]));

test("ranges", () =>
  checkValues([
    ["{1..3, 7}", [1, 2, 3, 7]],
    ["{3..1}", []],
    ['{"a".."e"}', ["a", "b", "c", "d", "e"]],
    ["{-1..1}", [-1, 0, 1]],
  ]));

test("wrong operands are named", async () => {
  assert.deepEqual(await errorOf('"a" + 1'), {
    Reason: "Expression.Error",
    Message: "We cannot apply operator + to types Text and Number.",
    Detail: { Operator: "+", Left: "a", Right: 1 },
  });
  assert.match((await errorOf('1 < "a"')).Message, /operator < to types Number and Text/);
  assert.match((await errorOf("{1} < {2}")).Message, /operator < to types List and List/);
  assert.match((await errorOf('-"a"')).Message, /operator - to type Text/);
  assert.equal((await errorOf("if 1 then 2 else 3")).Message, "We cannot convert the value 1 to type Logical.");
  assert.equal((await errorOf("if null then 2 else 3")).Message, "We cannot convert the value null to type Logical.");
  assert.equal((await errorOf("1 and true")).Message, "We cannot convert the value 1 to type Logical.");
});
