import { checkAnswers } from "./known-answers.mjs";

checkAnswers({
  "Value.Equals, Value.Compare, Value.NullableEquals": [
    ["Value.Equals({1, [a = 2]}, {1, [a = 2]})", "true"],
    ["Value.Compare(null, 0)", "-1"],
    ['Value.Compare("b", "a")', "1"],
    ["Value.NullableEquals(null, null)", "null"],
  ],
  "Value.Add, Value.Divide": [
    ["Value.Add(#date(2021, 1, 1), #duration(1, 0, 0, 0))", "#date(2021, 1, 2)"],
    ["Value.Add(0.1, 0.2, Precision.Decimal) = 0.3", "true"],
    ["Value.Subtract(3, 1)", "2"],
    ["Value.Multiply(2, 4)", "8"],
    ["Value.Divide(1, 4)", "0.25"],
  ],
  "Value.Type, Value.ReplaceType": [
    ["Value.Type(1)", "type number"],
    ["Value.Type({})", "type list"],
    ["Value.Type([a = 1])", "type record"],
    ["Value.Type(Value.ReplaceType({1}, type {number}))", "type {number}"],
    ['Value.ReplaceType("a", type number)', "[Expression.Error]"],
    ["Value.Is(null, type nullable text)", "true"],
    ["Value.As(1, type text)", "[Expression.Error] We cannot convert the value 1 to type Text."],
  ],
  "Value.Metadata": [
    ["Value.Metadata(1 meta [a = 2])", "[a = 2]"],
    ["Value.Metadata(Value.ReplaceMetadata(1 meta [a = 2], [b = 3]))", "[b = 3]"],
    ["Value.Metadata(Value.RemoveMetadata(1 meta [a = 2]))", "[]"],
  ],
  "Value.FromText": [
    ['Value.FromText("1.5")', "1.5"],
    ['Value.FromText("true")', "true"],
    ['Value.FromText("2021-03-04T05:06:07")', "#datetime(2021, 3, 4, 5, 6, 7)"],
    ['Value.FromText("word")', '"word"'],
    ['Value.FromText("")', "null"],
  ],
  "Function.From, Function.Invoke, Function.ScalarVector": [
    ["Function.Invoke(Text.Start, {\"abc\", 1})", '"a"'],
    ["Function.From(type function (a as number, b as number) as number, List.Max)(3, 9)", "9"],
    [
      "Function.ScalarVector(type function (n as number) as number, (t) => List.Transform(t[n], each _ + 1))(4)",
      "5",
    ],
    ["Function.IsDataSource(Text.Start)", "false"],
  ],
  "Expression.Constant, Expression.Identifier": [
    ['Expression.Constant("a""b#(lf)")', '"""a""""b#(#)(lf)"""'],
    ["Expression.Constant(#duration(1, 2, 3, 4))", '"#duration(1, 2, 3, 4)"'],
    ["Expression.Constant(#datetimezone(2021, 3, 4, 5, 6, 7, -1, 0))", '"#datetimezone(2021, 3, 4, 5, 6, 7, -1, 0)"'],
    ['Expression.Identifier("a b")', '"#""a b"""'],
    ['Expression.Identifier("each")', '"#""each"""'],
    ['Expression.Identifier("A.b")', '"A.b"'],
  ],
  "Error.Record": [
    ['Error.Record("R", "m", 1)[[Reason], [Message], [Detail]]', '[Reason = "R", Message = "m", Detail = 1]'],
    ['(try error Error.Record("R", "n is #{0}", null, {5}))[Error][Message]', '"n is 5"'],
  ],
  "Type.Is": [
    ["Type.Is(type number, type nullable number)", "true"],
    ["Type.Is(type nullable number, type number)", "false"],
    ["Type.Is(type [a = number], type [a = any])", "true"],
    ["Type.Is(Int64.Type, type number)", "true"],
    ["Type.Is(type {text}, type list)", "true"],
  ],
  "Type.ForRecord, Type.RecordFields": [
    ["Type.ForRecord([a = [Type = type text, Optional = true]], false)", "type [optional a = text]"],
    ["Type.RecordFields(type [optional a = text])", "[a = [Type = type text, Optional = true]]"],
    ["Type.IsOpenRecord(Type.OpenRecord(type [a = text]))", "true"],
    ["Type.ClosedRecord(type [a = text, ...])", "type [a = text]"],
  ],
  "Type.TableRow, Type.TableSchema, Type.AddTableKey": [
    ["Type.TableRow(type table [a = text])", "type [a = text]"],
    ["Type.TableSchema(type table [a = text])[Name]", '{"a"}'],
    ['Type.TableKeys(Type.AddTableKey(type table [a = text], {"a"}, true))', '{[Columns = {"a"}, Primary = true]}'],
    ['Type.TableColumn(type table [a = text], "b")', "[Expression.Error] The column 'b' of the table wasn't found."],
    ["Type.ListItem(type {logical})", "type logical"],
  ],
  "Type.ForFunction, Type.FunctionParameters": [
    ["Type.ForFunction([ReturnType = type text, Parameters = [x = type any]], 1)", "type function (x as any) as text"],
    ["Type.FunctionParameters(type function (x as number) as text)", "[x = type number]"],
    ["Type.FunctionRequiredParameters(type function (x as number, optional y as any) as text)", "1"],
    ["Type.FunctionReturn(type function () as text)", "type text"],
  ],
  "Type.NonNullable, Type.Union": [
    ["Type.NonNullable(type nullable text)", "type text"],
    ["Type.IsNullable(type any)", "true"],
    ["Type.Union({type text, type null})", "type nullable text"],
    ["Type.Union({type text, type number})", "type anynonnull"],
  ],
  Enumerations: [
    ["{Order.Descending, JoinKind.RightAnti, Occurrence.All, MissingField.UseNull, Day.Saturday}", "{1, 5, 2, 2, 6}"],
    ["{TextEncoding.Utf8, BinaryEncoding.Hex, RoundingMode.ToEven, ExtraValues.Ignore, GroupKind.Local}", "{65001, 1, 4, 2, 0}"],
    ["{TraceLevel.Verbose, QuoteStyle.Csv, Precision.Decimal, RelativePosition.FromEnd}", "{16, 1, 1, 1}"],
    ["Text.Type", "type text"],
  ],
});
