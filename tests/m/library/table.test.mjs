import assert from "node:assert/strict";
import { test } from "node:test";
import { valueOf } from "../support.mjs";
import { checkAnswers } from "./known-answers.mjs";

const PETS = '#table({"Name", "Kind", "Age"}, {{"Rex", "dog", 3}, {"Tom", "cat", 5}, {"Ada", "dog", 5}})';
const KINDS = '#table({"Kind", "Legs"}, {{"dog", 4}, {"bird", 2}})';

checkAnswers({
  "Table.FromRecords": [
    ["Table.FromRecords({[a = 1, b = 2], [b = 4, a = 3]})", '#table({"a", "b"}, {{1, 2}, {3, 4}})'],
    ['Table.FromRecords({[a = 1], [b = 2]}, {"a", "b"}, MissingField.UseNull)', '#table({"a", "b"}, {{1, null}, {null, 2}})'],
    ["Table.FromRecords({[a = 1]}, type table [a = Int64.Type])", "#table(type table [a = Int64.Type], {{1}})"],
    ["(try Table.FromRecords({[a = 1], [b = 2]}){1}[a])[HasError]", "true"],
    ["Table.ColumnNames(Table.FromRecords({}))", "{}"],
  ],
  "Table.FromRows, Table.FromColumns": [
    ['Table.FromRows({{1, 2}}, {"a", "b"})', '#table({"a", "b"}, {{1, 2}})'],
    ["Table.FromRows({{1, 2}})", '#table({"Column1", "Column2"}, {{1, 2}})'],
    ['Table.FromColumns({{1, 2}, {3}}, {"a", "b"})', '#table({"a", "b"}, {{1, 3}, {2, null}})'],
    ['Table.FromRows({{1}}, {"a", "b"})', "[Expression.Error] 2 keys were specified, but 1 values were provided."],
  ],
  "Table.FromList": [
    ['Table.FromList({"a,b", "c"}, null, {"x", "y"})', '#table({"x", "y"}, {{"a", "b"}, {"c", null}})'],
    ['Table.FromList({1, 2}, Splitter.SplitByNothing(), {"n"})', '#table({"n"}, {{1}, {2}})'],
    ['Table.FromList({"a,b,c"}, null, 2, null, ExtraValues.List)', '#table(2, {{"a", {"b", "c"}}})'],
    ['Table.FromList({"a,b,c"}, null, 2)', "[DataFormat.Error] There were more columns in the result than expected."],
  ],
  "Table.FromValue, Table.FromPartitions": [
    ["Table.FromValue({1, 2})", '#table({"Value"}, {{1}, {2}})'],
    ["Table.FromValue([a = 1])", '#table({"Name", "Value"}, {{"a", 1}})'],
    ['Table.FromPartitions("p", {{1, #table({"a"}, {{5}})}, {2, #table({"a"}, {{6}})}})', '#table({"a", "p"}, {{5, 1}, {6, 2}})'],
  ],
  "Table.ToRecords, Table.ToRows, Table.ToColumns, Table.ToList": [
    [`Table.ToRecords(Table.FirstN(${KINDS}, 1))`, '{[Kind = "dog", Legs = 4]}'],
    [`Table.ToRows(${KINDS})`, '{{"dog", 4}, {"bird", 2}}'],
    [`Table.ToColumns(${KINDS})`, '{{"dog", "bird"}, {4, 2}}'],
    ['Table.ToList(#table(2, {{"a", "b"}}), Combiner.CombineTextByDelimiter("-"))', '{"a-b"}'],
    [`Table.Column(${KINDS}, "Legs")`, "{4, 2}"],
    [`Table.Column(${KINDS}, "x")`, "[Expression.Error] The column 'x' of the table wasn't found."],
  ],
  "Table.SelectColumns, Table.RemoveColumns, Table.ReorderColumns": [
    [`Table.SelectColumns(${KINDS}, {"Legs"})`, '#table({"Legs"}, {{4}, {2}})'],
    [`Table.SelectColumns(${KINDS}, {"Legs", "x"}, MissingField.UseNull)`, '#table({"Legs", "x"}, {{4, null}, {2, null}})'],
    [`Table.RemoveColumns(${KINDS}, "Legs")`, '#table({"Kind"}, {{"dog"}, {"bird"}})'],
    [`Table.RemoveColumns(${KINDS}, "x")`, "[Expression.Error] The column 'x' of the table wasn't found."],
    [`Table.ColumnNames(Table.ReorderColumns(${PETS}, {"Age", "Name"}))`, '{"Age", "Kind", "Name"}'],
  ],
  "Table.RenameColumns, Table.PrefixColumns, Table.TransformColumnNames": [
    [`Table.ColumnNames(Table.RenameColumns(${KINDS}, {"Legs", "Feet"}))`, '{"Kind", "Feet"}'],
    [`Table.ColumnNames(Table.RenameColumns(${KINDS}, {{"x", "y"}}, MissingField.Ignore))`, '{"Kind", "Legs"}'],
    [`Table.ColumnNames(Table.PrefixColumns(${KINDS}, "t"))`, '{"t.Kind", "t.Legs"}'],
    [`Table.ColumnNames(Table.TransformColumnNames(${KINDS}, each "same"))`, '{"same", "same1"}'],
  ],
  "Table.AddColumn, Table.AddIndexColumn, Table.DuplicateColumn": [
    [`Table.AddColumn(${KINDS}, "Twice", each [Legs] * 2)[Twice]`, "{8, 4}"],
    [`Table.AddIndexColumn(${KINDS}, "i", 10, 5)[i]`, "{10, 15}"],
    [`Table.DuplicateColumn(${KINDS}, "Legs", "Copy")[Copy]`, "{4, 2}"],
    [`Table.AddColumn(${KINDS}, "Legs", each 1)`, "[Expression.Error] The field 'Legs' already exists in the record."],
    [`Type.TableColumn(Value.Type(Table.AddColumn(${KINDS}, "n", each 1, type text)), "n")`, "type text"],
    [`Type.TableColumn(Value.Type(Table.AddColumn(${KINDS}, "n", (row) as number => 1)), "n")`, "type number"],
  ],
  "Table.SelectRows, Table.FirstN, Table.Skip, Table.Range": [
    [`Table.SelectRows(${PETS}, each [Age] > 3)[Name]`, '{"Tom", "Ada"}'],
    [`Table.FirstN(${PETS}, each [Kind] = "dog")[Name]`, '{"Rex"}'],
    [`Table.Skip(${PETS}, 2)[Name]`, '{"Ada"}'],
    [`Table.LastN(${PETS}, each [Age] = 5)[Name]`, '{"Tom", "Ada"}'],
    [`Table.RemoveLastN(${PETS}, 2)[Name]`, '{"Rex"}'],
    [`Table.Range(${PETS}, 1, 1)[Name]`, '{"Tom"}'],
    [`Table.First(${PETS})[Name]`, '"Rex"'],
    [`Table.Last(${PETS})[Name]`, '"Ada"'],
    ['Table.First(#table({"a"}, {}), "none")', '"none"'],
    [`Table.SingleRow(Table.FirstN(${PETS}, 1))[Age]`, "3"],
    [`Table.AlternateRows(${PETS}, 0, 1, 1)[Name]`, '{"Tom"}'],
    [`Table.ReverseRows(${PETS})[Name]`, '{"Ada", "Tom", "Rex"}'],
  ],
  "Table.InsertRows, Table.RemoveRows, Table.ReplaceRows": [
    [`Table.InsertRows(${KINDS}, 1, {[Kind = "fish", Legs = 0]})[Legs]`, "{4, 0, 2}"],
    [`Table.RemoveRows(${KINDS}, 0)[Legs]`, "{2}"],
    [`Table.ReplaceRows(${KINDS}, 0, 2, {[Legs = 8, Kind = "octopus"]})`, '#table({"Kind", "Legs"}, {{"octopus", 8}})'],
    [`Table.ReplaceMatchingRows(${KINDS}, {{[Kind = "dog", Legs = 4], [Kind = "cat", Legs = 4]}})[Kind]`, '{"cat", "bird"}'],
    [`Table.RemoveMatchingRows(${PETS}, {[Kind = "dog"]}, "Kind")[Name]`, '{"Tom"}'],
    [`Table.RemoveMatchingRows(${KINDS}, {[Kind = "DOG", Legs = 4]}, Comparer.OrdinalIgnoreCase)[Kind]`, '{"bird"}'],
    [`Table.RemoveMatchingRows(${KINDS}, {[Kind = "DOG", Legs = 4]}, Comparer.Ordinal)[Kind]`, '{"dog", "bird"}'],
    [`Table.RemoveMatchingRows(${KINDS}, {[Kind = "DOG"]}, Comparer.OrdinalIgnoreCase)[Kind]`, '{"dog", "bird"}'],
  ],
  "Table.Sort, Table.Max, Table.MinN": [
    [`Table.Sort(${PETS}, {{"Age", Order.Descending}, "Name"})[Name]`, '{"Ada", "Tom", "Rex"}'],
    [`Table.Sort(${PETS}, each Text.End([Name], 1))[Name]`, '{"Ada", "Tom", "Rex"}'],
    [`Table.Max(${PETS}, "Age")[Name]`, '"Tom"'],
    [`Table.MinN(${PETS}, "Age", 1)[Name]`, '{"Rex"}'],
    [`Table.AddRankColumn(${PETS}, "r", {"Age", Order.Descending})[r]`, "{1, 1, 3}"],
    [`Table.AddRankColumn(${PETS}, "r", {"Age", Order.Descending}, [RankKind = RankKind.Dense])[r]`, "{1, 1, 2}"],
  ],
  "Table.Distinct, Table.Contains, Table.PositionOf": [
    [`Table.Distinct(${PETS}, "Kind")[Name]`, '{"Rex", "Tom"}'],
    [`Table.Distinct(#table({"a"}, {{"x"}, {"X"}}), {"a", Comparer.OrdinalIgnoreCase})[a]`, '{"x"}'],
    [`Table.IsDistinct(${PETS})`, "true"],
    [`Table.IsDistinct(${PETS}, {"Kind", "Age"})`, "true"],
    [`Table.Contains(${PETS}, [Name = "Rex"])`, "true"],
    [`Table.ContainsAll(${PETS}, {[Age = 3], [Age = 4]}, "Age")`, "false"],
    [`Table.PositionOf(${KINDS}, [Kind = "bird", Legs = 2])`, "1"],
    [`Table.MatchesAnyRows(${PETS}, each [Age] > 4)`, "true"],
    [`Table.FindText(${PETS}, "om")[Name]`, '{"Tom"}'],
  ],
  "Table.Group": [
    [`Table.Group(${PETS}, "Kind", {"n", each Table.RowCount(_), Int64.Type})`, '#table({"Kind", "n"}, {{"dog", 2}, {"cat", 1}})'],
    [`Table.Group(${PETS}, {"Kind"}, {{"sum", each List.Sum([Age])}, {"all", each [Name]}})[all]`, '{{"Rex", "Ada"}, {"Tom"}}'],
    [`Table.Group(${PETS}, "Kind", {"n", Table.RowCount}, GroupKind.Local)[n]`, "{1, 1, 1}"],
    ['Table.Group(#table({"k"}, {{"a"}, {"A"}}), {"k"}, {"n", Table.RowCount}, null, Comparer.OrdinalIgnoreCase)[n]', "{2}"],
    [
      'Table.Group(#table({"k"}, {{1}, {null}, {2}}), "k", {"n", Table.RowCount}, GroupKind.Local, (x, y) => Number.From(y <> null))[n]',
      "{2, 1}",
    ],
  ],
  "Table.Join": [
    [`Table.Join(${PETS}, "Kind", ${KINDS}, "Kind")`, '#table({"Name", "Kind", "Age", "Legs"}, {{"Rex", "dog", 3, 4}, {"Ada", "dog", 5, 4}})'],
    [`Table.Join(${PETS}, "Kind", ${KINDS}, "Kind", JoinKind.FullOuter)[Kind]`, '{"dog", "cat", "dog", "bird"}'],
    [`Table.Join(${PETS}, "Kind", ${KINDS}, "Kind", JoinKind.LeftAnti)[Name]`, '{"Tom"}'],
    // The rows of an inner join come in the order of the table that is not looked up: of the longer one.
    ['Table.Join(#table({"a"}, {{2}, {1}}), "a", #table({"b"}, {{1}, {2}, {3}}), "b")[a]', "{1, 2}"],
    ['Table.Join(#table({"a"}, {{2}, {1}, {3}}), "a", #table({"b"}, {{1}, {2}}), "b")[a]', "{2, 1}"],
    ['Table.Join(#table({"a"}, {{2}, {1}}), "a", #table({"b"}, {{1}, {2}}), "b", null, JoinAlgorithm.LeftHash)[a]', "{1, 2}"],
    ['Table.Join(#table({"a"}, {{2}, {1}}), "a", #table({"b"}, {{1}, {2}, {3}}), "b", null, JoinAlgorithm.RightHash)[a]', "{2, 1}"],
    [`Table.Join(${PETS}, "Kind", Table.RenameColumns(${KINDS}, {"Legs", "Age"}), "Kind")`, "[Expression.Error]"],
  ],
  "Table.NestedJoin": [
    [`Table.NestedJoin(${PETS}, "Kind", ${KINDS}, "Kind", "k"){1}[k]`, '#table({"Kind", "Legs"}, {})'],
    [`Table.NestedJoin(${PETS}, {"Kind"}, ${KINDS}, {"Kind"}, "k", JoinKind.Inner)[k]{0}`, 'Table.FromRecords({[Kind = "dog", Legs = 4]})'],
    [`Table.NestedJoin(${PETS}, "Kind", ${KINDS}, "Kind", "k", JoinKind.RightAnti)[k]{0}[Kind]`, '{"bird"}'],
    [`Table.ExpandTableColumn(Table.NestedJoin(${PETS}, "Kind", ${KINDS}, "Kind", "k"), "k", {"Legs"})[Legs]`, "{4, null, 4}"],
  ],
  "Table.ExpandRecordColumn, Table.ExpandListColumn, Table.AggregateTableColumn": [
    ['Table.ExpandRecordColumn(#table({"r"}, {{[a = 1]}, {null}}), "r", {"a", "b"}, {"x", "y"})', '#table({"x", "y"}, {{1, null}, {null, null}})'],
    ['Table.ExpandListColumn(#table({"t"}, {{#table({"a"}, {{1}, {2}})}}), "t")[t]', "{[a = 1], [a = 2]}"],
    ['Table.ExpandListColumn(#table({"l", "n"}, {{{1, 2}, "a"}, {{}, "b"}}), "l")', '#table({"l", "n"}, {{1, "a"}, {2, "a"}, {null, "b"}})'],
    ['Table.AggregateTableColumn(#table({"t"}, {{#table({"a"}, {{1}, {2}})}}), "t", {{"a", List.Sum, "sum"}})', '#table({"sum"}, {{3}})'],
  ],
  "Table.Pivot, Table.Unpivot": [
    [
      'Table.Pivot(#table({"k", "a", "v"}, {{1, "x", 10}, {1, "y", 20}, {2, "x", 30}}), {"x", "y"}, "a", "v")',
      '#table({"k", "x", "y"}, {{1, 10, 20}, {2, 30, null}})',
    ],
    ['Table.Pivot(#table({"k", "a", "v"}, {{1, "x", 10}, {1, "x", 20}}), {"x"}, "a", "v", List.Sum)', '#table({"k", "x"}, {{1, 30}})'],
    ['(try Table.Pivot(#table({"k", "a", "v"}, {{1, "x", 10}, {1, "x", 20}}), {"x"}, "a", "v"){0}[x])[HasError]', "true"],
    ['Table.Unpivot(#table({"k", "x", "y"}, {{1, 10, null}}), {"x", "y"}, "a", "v")', '#table({"k", "a", "v"}, {{1, "x", 10}})'],
    ['Table.UnpivotOtherColumns(#table({"k", "x", "y"}, {{1, 10, 20}}), {"k"}, "a", "v")[a]', '{"x", "y"}'],
  ],
  "Table.SplitColumn, Table.CombineColumns": [
    [
      'Table.SplitColumn(#table({"n"}, {{"a b"}, {"c"}}), "n", Splitter.SplitTextByDelimiter(" "))',
      '#table({"n.1", "n.2"}, {{"a", "b"}, {"c", null}})',
    ],
    ['Table.SplitColumn(#table({"n"}, {{"a b c"}}), "n", Splitter.SplitTextByDelimiter(" "), {"x", "y"})', '#table({"x", "y"}, {{"a", "b"}})'],
    ['Table.CombineColumns(#table(3, {{"a", "b", "c"}}), {"Column3", "Column1"}, Combiner.CombineTextByDelimiter("+"), "s")', '#table({"s", "Column2"}, {{"c+a", "b"}})'],
  ],
  "Table.TransformColumns, Table.TransformColumnTypes": [
    [`Table.TransformColumns(${KINDS}, {"Kind", Text.Upper})[Kind]`, '{"DOG", "BIRD"}'],
    [`Table.TransformColumns(${KINDS}, {}, each 0)`, '#table({"Kind", "Legs"}, {{0, 0}, {0, 0}})'],
    ['Table.TransformColumnTypes(#table({"a"}, {{"1"}, {2}}), {"a", Int64.Type})', "#table(type table [a = Int64.Type], {{1}, {2}})"],
    ['Table.TransformColumnTypes(#table({"a"}, {{"1,5"}}), {{"a", type number}}, "de-DE")[a]', "{1.5}"],
    [
      'Table.TransformColumnTypes(#table({"a"}, {{"1,5"}}), {{"a", type number}, {"b", type text}}, [Culture = "de-DE", MissingField = MissingField.UseNull])',
      "#table(type table [a = number, b = text], {{1.5, null}})",
    ],
    ['(try Table.TransformColumnTypes(#table({"a"}, {{"x"}}), {"a", type number}){0}[a])[Error][Reason]', '"DataFormat.Error"'],
  ],
  "Table.ReplaceValue, Table.ReplaceErrorValues, Table.FillDown, Table.ClearDown": [
    [
      'Table.ClearDown(#table({"a", "b", "c"}, {{1, "x", 0}, {1, "x", 1}, {1, "x", 2}, {1, "y", 3}}), {"a", "b"})',
      '#table({"a", "b", "c"}, {{1, "x", 0}, {null, null, 1}, {null, null, 2}, {1, "y", 3}})',
    ],
    [`Table.ReplaceValue(${KINDS}, 4, each [Kind], Replacer.ReplaceValue, {"Legs"})[Legs]`, '{"dog", 2}'],
    ['Table.ReplaceErrorValues(#table({"a"}, {{1}, {error "x"}}), {"a", 0})[a]', "{1, 0}"],
    ['Table.RowCount(Table.RemoveRowsWithErrors(#table({"a"}, {{1}, {error "x"}})))', "1"],
    ['Table.FillDown(#table({"a"}, {{null}, {1}, {null}}), {"a"})[a]', "{null, 1, 1}"],
    ['Table.FillUp(#table({"a"}, {{null}, {1}, {null}}), {"a"})[a]', "{1, 1, null}"],
  ],
  "Table.PromoteHeaders, Table.DemoteHeaders, Table.Transpose": [
    ['Table.PromoteHeaders(#table(2, {{"a", "a"}, {1, 2}}))', '#table({"a", "a_1"}, {{1, 2}})'],
    ["Table.ColumnNames(Table.PromoteHeaders(#table(2, {{null, #date(2020, 1, 1)}})))", '{"Column1", "Column2"}'],
    ['Table.DemoteHeaders(#table({"a"}, {{1}}))', '#table({"Column1"}, {{"a"}, {1}})'],
    ["Table.Transpose(#table(2, {{1, 2}, {3, 4}, {5, 6}}))", "#table(3, {{1, 3, 5}, {2, 4, 6}})"],
  ],
  "Table.Combine, Table.Split, Table.Partition": [
    ['Table.Combine({#table({"a"}, {{1}}), #table({"b"}, {{2}})})', '#table({"a", "b"}, {{1, null}, {null, 2}})'],
    ['Table.Combine({#table({"a"}, {{1}})}, {"c", "a"})', '#table({"c", "a"}, {{null, 1}})'],
    [`List.Transform(Table.Split(${PETS}, 2), Table.RowCount)`, "{2, 1}"],
    [`List.Transform(Table.SplitAt(${PETS}, 1), each [Name])`, '{{"Rex"}, {"Tom", "Ada"}}'],
    [`List.Transform(Table.Partition(${PETS}, "Age", 2, each _), Table.RowCount)`, "{0, 3}"],
    [`Table.RowCount(Table.Repeat(${PETS}, 2))`, "6"],
  ],
  "Table.Keys, Table.Schema, Table.Profile": [
    [`Table.Keys(Table.AddKey(${KINDS}, {"Kind"}, true))`, '{[Columns = {"Kind"}, Primary = true]}'],
    ['Table.Schema(#table(type table [a = nullable Int64.Type], {})){0}[[Name], [TypeName], [Kind], [IsNullable]]', '[Name = "a", TypeName = "Int64.Type", Kind = "number", IsNullable = true]'],
    [`Table.Profile(${KINDS}){1}[[Column], [Min], [Max], [Average], [Count], [NullCount], [DistinctCount]]`, '[Column = "Legs", Min = 2, Max = 4, Average = 3, Count = 2, NullCount = 0, DistinctCount = 2]'],
    ['Table.ColumnsOfType(#table(type table [a = text, b = number], {}), {type text})', '{"a"}'],
  ],
  "Table.View": [
    ['Table.View(null, [GetType = () => type table [a = number], GetRows = () => #table({"a"}, {{1}})])', "#table(type table [a = number], {{1}})"],
    ['Table.RowCount(Table.View(null, [GetType = () => type table [a = number], GetRows = () => error "not read", GetRowCount = () => 7]))', "7"],
  ],
  "Table.FuzzyJoin": [
    ['Table.FuzzyJoin(#table({"a"}, {{"Berlin"}}), "a", #table({"b"}, {{"berlinn"}, {"Bonn"}}), "b")', '#table({"a", "b"}, {{"Berlin", "berlinn"}})'],
  ],
});

test("cells, columns and rows are only computed when asked for", async () => {
  assert.equal(await valueOf(`Table.RowCount(Table.AddColumn(${PETS}, "x", each error "asked"))`), 3);
  assert.deepEqual(await valueOf(`Table.AddColumn(${PETS}, "x", each error "asked")[Age]`), [3, 5, 5]);
  assert.equal(await valueOf(`Table.FirstN(Table.FromRecords(List.Generate(() => 0, each true, each _ + 1, each [n = _])), 2){1}[n]`), 1);
});

test("a buffered table keeps its cells", async () => {
  const twice = (/** @type {string} */ table) => `let t = ${table}, one = t[x], two = t[x] in one = two`;
  const random = `Table.AddColumn(${PETS}, "x", each Number.Random())`;
  assert.equal(await valueOf(twice(random)), false);
  assert.equal(await valueOf(twice(`Table.Buffer(${random})`)), true);
});
