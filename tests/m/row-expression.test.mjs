import { test } from "node:test";
import { checkValues } from "./support.mjs";

const CUSTOMER = { Kind: "FieldAccess", Expression: { Kind: "Row" }, MemberName: "Customer" };

test("the tree of a function of a row", () =>
  checkValues([
    [
      'RowExpression.From(each [Customer] = "A")',
      { Kind: "Binary", Operator: "Equals", Left: CUSTOMER, Right: { Kind: "Constant", Value: "A" } },
    ],
    [
      "ItemExpression.From(each _ <> null)",
      { Kind: "Binary", Operator: "NotEquals", Left: { Kind: "Row" }, Right: { Kind: "Constant", Value: null } },
    ],
    [
      "let limit = 1 + 1 in RowExpression.From((row) => if not (row[Customer] > limit) then 1 else row[a][b])",
      {
        Kind: "If",
        Condition: {
          Kind: "Unary",
          Operator: "Not",
          Expression: {
            Kind: "Binary",
            Operator: "GreaterThan",
            Left: CUSTOMER,
            Right: { Kind: "Constant", Value: 2 },
          },
        },
        TrueCase: { Kind: "Constant", Value: 1 },
        FalseCase: {
          Kind: "FieldAccess",
          Expression: { Kind: "FieldAccess", Expression: { Kind: "Row" }, MemberName: "a" },
          MemberName: "b",
        },
      },
    ],
    ["RowExpression.From(each Text.Upper([Customer]))[Arguments]", [CUSTOMER]],
    ['RowExpression.From(each [Customer]) = RowExpression.Column("Customer")', true],
    ["(try RowExpression.From(each {_}))[HasError]", true],
    ["(try RowExpression.From((a, b) => a))[HasError]", true],
  ]));
