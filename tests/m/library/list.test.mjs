import assert from "node:assert/strict";
import { test } from "node:test";
import { valueOf } from "../support.mjs";
import { checkAnswers } from "./known-answers.mjs";

checkAnswers({
  "List.Count, List.NonNullCount, List.IsEmpty": [
    ["List.Count({1, null, 3})", "3"],
    ["List.NonNullCount({1, null, 3})", "2"],
    ["List.IsEmpty({})", "true"],
    ['List.Count({error "never asked for"})', "1"],
  ],
  "List.First, List.Last, List.Single": [
    ["List.First({7, 8})", "7"],
    ["List.First({}, -1)", "-1"],
    ["List.Last({7, 8})", "8"],
    ["List.Last({})", "null"],
    ["List.Single({4})", "4"],
    [
      "List.Single({4, 5})",
      "[Expression.Error] There were too many elements in the enumeration to complete the operation.",
    ],
    ["List.SingleOrDefault({}, 0)", "0"],
  ],
  "List.FirstN, List.LastN, List.Skip, List.RemoveLastN": [
    ["List.FirstN({3, 4, 9, 1}, 2)", "{3, 4}"],
    ["List.FirstN({3, 4, 9, 1}, each _ < 5)", "{3, 4}"],
    ["List.LastN({3, 4, 9, 1}, each _ < 5)", "{1}"],
    ["List.LastN({3, 4, 9, 1})", "{1}"],
    ["List.Skip({3, 4, 9, 1}, each _ < 5)", "{9, 1}"],
    ["List.RemoveFirstN({3, 4, 9, 1}, 3)", "{1}"],
    ["List.RemoveLastN({3, 4, 9, 1}, each _ < 5)", "{3, 4, 9}"],
  ],
  "List.Range, List.InsertRange, List.RemoveRange, List.ReplaceRange": [
    ["List.Range({0..9}, 7)", "{7, 8, 9}"],
    ["List.Range({0..9}, 3, 2)", "{3, 4}"],
    ["List.InsertRange({1, 4}, 1, {2, 3})", "{1, 2, 3, 4}"],
    ["List.RemoveRange({1, 2, 3, 4}, 1, 2)", "{1, 4}"],
    ["List.ReplaceRange({1, 2, 3, 4}, 1, 2, {0})", "{1, 0, 4}"],
    ["List.RemoveRange({1}, 0, 2)", "[Expression.Error] The 'count' argument is out of range."],
  ],
  "List.Alternate": [
    ["List.Alternate({1..6}, 2)", "{3, 4, 5, 6}"],
    ["List.Alternate({1..6}, 1, 2)", "{2, 3, 5, 6}"],
    ["List.Alternate({1..6}, 1, 1, 1)", "{1, 3, 5}"],
  ],
  "List.Select, List.Transform, List.TransformMany": [
    ["List.Select({1..5}, each Number.IsOdd(_))", "{1, 3, 5}"],
    ["List.Transform({1, 2}, each _ * 10)", "{10, 20}"],
    ['List.TransformMany({1, 2}, each {"a", "b"}, (x, y) => Text.From(x) & y)', '{"1a", "1b", "2a", "2b"}'],
  ],
  "List.Generate": [
    ["List.Generate(() => 1, each _ < 20, each _ * 3)", "{1, 3, 9}"],
    ["List.Generate(() => [n = 3], each [n] > 0, each [n = [n] - 1], each [n] * [n])", "{9, 4, 1}"],
    ["List.Generate(() => 0, each false, each _)", "{}"],
    ["List.First(List.Generate(() => 0, each true, each _ + 1))", "0"],
  ],
  "List.Accumulate": [["List.Accumulate({1, 2, 3}, 10, (state, item) => state - item)", "4"]],
  "List.Sort": [
    ["List.Sort({3, null, 1})", "{null, 1, 3}"],
    ["List.Sort({3, 1, 2}, Order.Descending)", "{3, 2, 1}"],
    ['List.Sort({"bb", "a", "ccc"}, {each Text.Length(_), Order.Descending})', '{"ccc", "bb", "a"}'],
    ["List.Sort({3, 1, 2}, (x, y) => Value.Compare(y, x))", "{3, 2, 1}"],
    ['List.Sort({"b", 1})', "[Expression.Error]"],
  ],
  "List.Distinct, List.IsDistinct": [
    ["List.Distinct({1, 1.0, 2, null, null})", "{1, 2, null}"],
    ['List.Distinct({"a", "A", "b"}, Comparer.OrdinalIgnoreCase)', '{"a", "b"}'],
    ['List.Distinct({[n = "a", v = 1], [n = "a", v = 2]}, each [n])', '{[n = "a", v = 1]}'],
    ["List.IsDistinct({{1}, {1}})", "false"],
  ],
  "List.Union, List.Intersect, List.Difference": [
    ["List.Union({{1, 1, 2}, {1, 3}})", "{1, 1, 2, 3}"],
    ["List.Intersect({{1, 1, 2}, {1, 1, 3}, {1, 1, 1}})", "{1, 1}"],
    ["List.Difference({1, 1, 2}, {1})", "{1, 2}"],
    ["List.RemoveItems({1, 1, 2}, {1})", "{2}"],
    ['List.RemoveMatchingItems({"a", "b"}, {"A"}, Comparer.OrdinalIgnoreCase)', '{"b"}'],
  ],
  "List.Contains, List.PositionOf": [
    ["List.Contains({1, 2}, 2)", "true"],
    ["List.ContainsAll({1, 2}, {2, 3})", "false"],
    ["List.ContainsAny({1, 2}, {2, 3})", "true"],
    ["List.PositionOf({4, 5, 4}, 4, Occurrence.Last)", "2"],
    ["List.PositionOf({4, 5, 4}, 4, Occurrence.All)", "{0, 2}"],
    ["List.PositionOfAny({4, 5, 4}, {5, 6})", "1"],
    ["List.Positions({7, 8})", "{0, 1}"],
  ],
  "List.Max, List.MinN, List.Median": [
    ["List.Max({2, null, 9})", "9"],
    ["List.Min({})", "null"],
    ["List.Max({}, 5)", "5"],
    ["List.MaxN({4, 9, 1}, 2)", "{9, 4}"],
    ["List.MinN({4, 9, 1}, each _ < 5)", "{1, 4}"],
    ["List.Median({4, 1, 3, 2})", "2.5"],
    ['List.Median({"a", "b"})', '"a"'],
  ],
  "List.Sum, List.Average, List.Product": [
    ["List.Sum({1, null, 2.5})", "3.5"],
    ["List.Sum({})", "null"],
    ["List.Sum({#duration(0, 1, 0, 0), #duration(0, 2, 0, 0)})", "#duration(0, 3, 0, 0)"],
    ["List.Sum({0.1, 0.2}, Precision.Decimal) = 0.3", "true"],
    ["List.Sum({0.1, 0.2}) = 0.3", "false"],
    ["List.Average({1, 2, 6})", "3"],
    ["List.Average({#date(2020, 1, 1), #date(2020, 1, 3)})", "#date(2020, 1, 2)"],
    ["List.Product({2, 3, null})", "6"],
    ['List.Sum({"a"})', "[Expression.Error]"],
  ],
  "List.StandardDeviation, List.Covariance, List.Percentile, List.Mode": [
    ["List.StandardDeviation({2, 4})", "1.4142135623730951"],
    ["List.Covariance({1, 2}, {2, 4})", "0.5"],
    ["List.Percentile({1, 2, 3}, 0.25)", "1.5"],
    ["List.Percentile({1, 2, 3, 4}, {0.5}, [PercentileMode = PercentileMode.SqlDisc])", "{2}"],
    ["List.Mode({1, 2, 2, 3, 3})", "3"],
    ["List.Modes({1, 2, 2, 3, 3})", "{2, 3}"],
  ],
  "List.AllTrue, List.AnyTrue, List.MatchesAll": [
    ["List.AllTrue({})", "true"],
    ["List.AnyTrue({false, true})", "true"],
    ["List.MatchesAll({1, 2}, each _ > 1)", "false"],
    ["List.MatchesAny({1, 2}, each _ > 1)", "true"],
  ],
  "List.Zip, List.Combine, List.Split, List.Repeat, List.Reverse": [
    ["List.Zip({{1, 2}, {3}})", "{{1, 3}, {2, null}}"],
    ["List.Combine({{1}, {}, {2}})", "{1, 2}"],
    ["List.Split({1..5}, 2)", "{{1, 2}, {3, 4}, {5}}"],
    ["List.Repeat({1, 2}, 2)", "{1, 2, 1, 2}"],
    ["List.Reverse({1, 2})", "{2, 1}"],
  ],
  "List.ReplaceValue, List.ReplaceMatchingItems, List.RemoveNulls": [
    ['List.ReplaceValue({"ab", "b"}, "b", "c", Replacer.ReplaceText)', '{"ac", "c"}'],
    ["List.ReplaceMatchingItems({1, 2, 3}, {{1, 10}, {3, 30}})", "{10, 2, 30}"],
    ["List.RemoveNulls({1, null})", "{1}"],
    ['List.FindText({"abc", "xyz"}, "b")', '{"abc"}'],
  ],
  "List.Numbers, List.Dates, List.Times, List.Durations": [
    ["List.Numbers(1, 3, 0.1)", "{1, 1.1, 1.2}"],
    ["List.Dates(#date(2020, 2, 28), 3, #duration(1, 0, 0, 0))", "{#date(2020, 2, 28), #date(2020, 2, 29), #date(2020, 3, 1)}"],
    ["List.Times(#time(23, 0, 0), 2, #duration(0, 2, 0, 0))", "{#time(23, 0, 0), #time(1, 0, 0)}"],
    ["List.Durations(#duration(0, 0, 0, 0), 2, #duration(0, 12, 0, 0))", "{#duration(0, 0, 0, 0), #duration(0, 12, 0, 0)}"],
    ["List.Count(List.Random(3, 1))", "3"],
    ["List.Random(3, 1) = List.Random(3, 1)", "true"],
  ],
  "Record.Field, Record.FieldOrDefault, Record.FieldNames": [
    ['Record.Field([a = 1], "a")', "1"],
    ['Record.Field([a = 1], "b")', "[Expression.Error] The field 'b' of the record wasn't found."],
    ['Record.FieldOrDefault([a = 1], "b", 2)', "2"],
    ['Record.FieldOrDefault(null, "b")', "null"],
    ["Record.FieldNames([b = 1, a = 2])", '{"b", "a"}'],
    ["Record.FieldValues([b = 1, a = 2])", "{1, 2}"],
    ['Record.HasFields([a = 1, b = 2], {"a", "c"})', "false"],
  ],
  "Record.AddField, Record.Combine": [
    ['Record.AddField([a = 1], "b", () => 2, true)', "[a = 1, b = 2]"],
    ['Record.AddField([a = 1], "a", 2)', "[Expression.Error] The field 'a' already exists in the record."],
    ["Record.Combine({[a = 1], [a = 2, b = 3]})", "[a = 2, b = 3]"],
  ],
  "Record.SelectFields, Record.RemoveFields, Record.RenameFields, Record.ReorderFields": [
    ['Record.SelectFields([a = 1, b = 2], {"b", "c"}, MissingField.UseNull)', "[b = 2, c = null]"],
    ['Record.RemoveFields([a = 1, b = 2], {"a", "c"}, MissingField.Ignore)', "[b = 2]"],
    ['Record.RemoveFields([a = 1], "c")', "[Expression.Error] The field 'c' of the record wasn't found."],
    ['Record.RenameFields([a = 1, b = 2], {{"a", "b"}, {"b", "a"}})', "[b = 1, a = 2]"],
    ['Record.FieldNames(Record.ReorderFields([a = 1, b = 2, c = 3], {"c", "a"}))', '{"c", "b", "a"}'],
  ],
  "Record.TransformFields, Record.FromList, Record.ToTable, Record.FromTable": [
    ['Record.TransformFields([a = "1"], {"a", Number.From})', "[a = 1]"],
    ['Record.FromList({1, 2}, {"x", "y"})', "[x = 1, y = 2]"],
    ["Record.FromList({1, 2}, type [x = number, y = number])", "[x = 1, y = 2]"],
    ["Record.ToTable([a = 1])", '#table({"Name", "Value"}, {{"a", 1}})'],
    ['Record.FromTable(#table({"Name", "Value"}, {{"a", 1}}))', "[a = 1]"],
  ],
});

test("a generated list is computed anew, a buffered one is not", async () => {
  const twice = (/** @type {string} */ list) => `let list = ${list}, one = List.Sum(list), two = List.Sum(list) in one = two`;
  assert.equal(await valueOf(twice("List.Transform({1, 2}, each Number.Random())")), false);
  assert.equal(await valueOf(twice("List.Buffer(List.Transform({1, 2}, each Number.Random()))")), true);
});

test("items are only evaluated when asked for", async () => {
  assert.equal(await valueOf('List.Count(List.Transform({1, 2}, each error "asked"))'), 2);
  assert.equal(await valueOf('Record.FieldCount(Record.TransformFields([a = 1], {"a", each error "asked"}))'), 1);
});
