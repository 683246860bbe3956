// The syntax trees of functions, as `Table.View` handlers are given them.

import { compile } from "../interpret.mjs";
import { itemsOf } from "../interpret-data.mjs";
import { decodeIdentifier } from "../literal.mjs";
import { MList, MRecord, raise } from "../value.mjs";
import { family } from "./signature.mjs";

/**
 * @import { MFunction } from "../value.mjs"
 * @import { Node } from "../parse.mjs"
 */

const ROW = MRecord.from({ Kind: "Row" });

export const rowExpression = family({
  "RowExpression.Row": ROW,
  "RowExpression.Column(columnName as text) as record": (name) => access(ROW, name),
  "RowExpression.From(function as function) as record": (callee) => bodyOf(callee),
  "ItemExpression.Item": ROW,
  "ItemExpression.From(function as function) as record": (callee) => bodyOf(callee),
});

/** @type {Record<string, string>} */
const BINARY = {
  "=": "Equals",
  "<>": "NotEquals",
  "<": "LessThan",
  "<=": "LessThanOrEquals",
  ">": "GreaterThan",
  ">=": "GreaterThanOrEquals",
  "+": "Add",
  "-": "Subtract",
  "*": "Multiply",
  "/": "Divide",
  "&": "Concatenate",
  and: "And",
  or: "Or",
  "??": "Coalesce",
};

/** @type {Record<string, string>} */
const UNARY = { not: "Not", "-": "Negative", "+": "Positive" };

/**
 * @param {MRecord} expression
 * @param {string} name
 */
function access(expression, name) {
  return MRecord.from({ Kind: "FieldAccess", Expression: expression, MemberName: name });
}

/**
 * @param {MFunction} callee
 * @returns {MRecord}
 */
function bodyOf(callee) {
  if (callee.source === null || callee.parameters.length !== 1) cannot();
  const { node, scope, frame } = callee.source;
  const [{ name }] = callee.parameters;
  return new Body(name, (constant) => compile(constant, scope)([frame, null])).tree(node);
}

/** @returns {never} */
function cannot() {
  raise("Expression.Error", "The function cannot be turned into an expression of a row.");
}

class Body {
  /**
   * @param {string} parameter
   * @param {(node: Node) => any} evaluate For what does not depend on the parameter.
   */
  constructor(parameter, evaluate) {
    this.parameter = parameter;
    this.evaluate = evaluate;
  }

  /**
   * @param {Node} node
   * @returns {MRecord}
   */
  tree(node) {
    if (!this.mentions(node)) return MRecord.from({ Kind: "Constant", Value: this.evaluate(node) });
    switch (node.kind) {
      case "ParenthesizedExpression":
        return this.tree(node.content);
      case "IdentifierExpression":
        return ROW;
      case "FieldSelector":
        return access(ROW, decodeIdentifier(node.content.literal));
      case "ArithmeticExpression":
      case "EqualityExpression":
      case "LogicalExpression":
      case "NullCoalescingExpression":
      case "RelationalExpression":
        return MRecord.from({
          Kind: "Binary",
          Operator: BINARY[node.operatorConstant.constantKind],
          Left: this.tree(node.left),
          Right: this.tree(node.right),
        });
      case "UnaryExpression":
        return node.operators.elements.reduceRight(
          (/** @type {MRecord} */ operand, /** @type {Node} */ { constantKind }) =>
            MRecord.from({ Kind: "Unary", Operator: UNARY[constantKind], Expression: operand }),
          this.tree(node.typeExpression),
        );
      case "IfExpression":
        return MRecord.from({
          Kind: "If",
          Condition: this.tree(node.condition),
          TrueCase: this.tree(node.trueExpression),
          FalseCase: this.tree(node.falseExpression),
        });
      case "RecursivePrimaryExpression":
        return node.recursiveExpressions.elements.reduce(
          (/** @type {MRecord} */ before, /** @type {Node} */ step) => this.step(before, step),
          this.tree(node.head),
        );
      default:
        return cannot();
    }
  }

  /**
   * @param {MRecord} before
   * @param {Node} step
   */
  step(before, step) {
    if (step.kind === "FieldSelector" && step.optionalConstant === undefined) {
      return access(before, decodeIdentifier(step.content.literal));
    }
    if (step.kind !== "InvokeExpression") return cannot();
    const args = itemsOf(step.content).map((one) => this.tree(one));
    return MRecord.from({ Kind: "Invocation", Function: before, Arguments: MList.of(args) });
  }

  /**
   * Whether the value of a node may depend on the parameter.
   *
   * @param {any} node
   * @returns {boolean}
   */
  mentions(node) {
    if (node === null || typeof node !== "object") return false;
    if (Array.isArray(node)) return node.some((one) => this.mentions(one));
    if (node.kind === "IdentifierExpression") return decodeIdentifier(node.identifier.literal) === this.parameter;
    if (node.kind === "FieldSelector" || node.kind === "FieldProjection") return this.parameter === "_";
    if (node.kind === "RecursivePrimaryExpression") {
      // The selectors behind the head are its own, and no fields of `_`.
      const inner = node.recursiveExpressions.elements.filter(
        (/** @type {Node} */ { kind }) => kind !== "FieldSelector" && kind !== "FieldProjection",
      );
      return this.mentions(node.head) || this.mentions(inner);
    }
    return Object.entries(node).some(([key, value]) => key !== "tokenRange" && this.mentions(value));
  }
}
