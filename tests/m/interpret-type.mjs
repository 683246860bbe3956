// Types, and what looks at them.

import { compile } from "./interpret.mjs";
import { itemsOf } from "./interpret-data.mjs";
import { decodeIdentifier } from "./literal.mjs";
import {
  MType,
  cannotConvert,
  conforms,
  functionType,
  listType,
  makeNullable,
  plain,
  primitive,
  raise,
  recordType,
} from "./value.mjs";

/**
 * @import { Code, Names } from "./interpret.mjs"
 * @import { Frame } from "./scope.mjs"
 * @import { Node } from "./parse.mjs"
 * @import { TypeField } from "./value/type.mjs"
 */

/** @typedef {(frame: Frame) => MType} TypeCode */

/**
 * @param {Node} node What stands behind `type`.
 * @param {Names} names
 * @returns {Code}
 */
export function typeExpression(node, names) {
  return compileType(node, names);
}

/**
 * @param {Node} node
 * @param {Names} names
 * @returns {TypeCode}
 */
function compileType(node, names) {
  switch (node.kind) {
    case "PrimitiveType": {
      const type = primitive(node.primitiveTypeKind);
      return () => type;
    }
    case "NullableType":
    case "NullablePrimitiveType": {
      const base = compileType(node.paired, names);
      return (frame) => makeNullable(base(frame));
    }
    case "ListType": {
      const item = compileType(node.content, names);
      return (frame) => listType(item(frame));
    }
    case "RecordType": {
      const fields = compileFields(node.fields, names);
      const open = node.fields.openRecordMarkerConstant !== undefined;
      return (frame) => recordType(fields(frame), open);
    }
    case "TableType":
      return compileTableType(node.rowType, names);
    case "FunctionType":
      return compileFunctionType(node, names);
    default: {
      const code = compile(node, names);
      return (frame) => {
        const value = plain(code(frame));
        return value instanceof MType ? value : cannotConvert(value, primitive("type"));
      };
    }
  }
}

/**
 * @param {Node} list A `FieldSpecificationList`.
 * @param {Names} names
 * @returns {(frame: Frame) => [string, TypeField][]}
 */
function compileFields(list, names) {
  const fields = itemsOf(list.content).map((one) => ({
    name: decodeIdentifier(one.name.literal),
    optional: one.optionalConstant !== undefined,
    type:
      one.fieldTypeSpecification === undefined
        ? () => primitive("any")
        : compileType(one.fieldTypeSpecification.fieldType, names),
  }));
  return (frame) => fields.map(({ name, optional, type }) => [name, { optional, type: type(frame) }]);
}

/**
 * @param {Node} row Field specifications, or an expression that gives a record type.
 * @param {Names} names
 * @returns {TypeCode}
 */
function compileTableType(row, names) {
  if (row.kind === "FieldSpecificationList") {
    const columns = compileFields(row, names);
    return (frame) => new MType("table", { fields: new Map(columns(frame)) });
  }
  const code = compileType(row, names);
  return (frame) => {
    const type = code(frame);
    if (type.kind !== "record" && type.kind !== "table") raise("Expression.Error", "The row type is not a record.");
    return new MType("table", { fields: type.fields });
  };
}

/**
 * @param {Node} node
 * @param {Names} names
 * @returns {TypeCode}
 */
function compileFunctionType(node, names) {
  const parameters = itemsOf(node.parameters.content).map((one) => ({
    name: decodeIdentifier(one.name.literal),
    optional: one.optionalConstant !== undefined,
    type: compileType(one.parameterType.paired, names),
  }));
  const returns = compileType(node.functionReturnType.paired, names);
  return (frame) =>
    functionType(
      parameters.map(({ name, optional, type }) => ({ name, optional, type: type(frame) })),
      returns(frame),
    );
}

/**
 * The type that stands behind `as` and `is`: these take primitive types only.
 *
 * @param {Node} node
 * @returns {MType}
 */
export function nullablePrimitive(node) {
  return node.kind === "PrimitiveType"
    ? primitive(node.primitiveTypeKind)
    : makeNullable(primitive(node.paired.primitiveTypeKind));
}

/**
 * @param {Node} node
 * @param {Names} names
 * @returns {Code}
 */
export function isExpression(node, names) {
  const left = compile(node.left, names);
  const type = nullablePrimitive(node.right);
  return (frame) => conforms(left(frame), type);
}

/**
 * @param {Node} node
 * @param {Names} names
 * @returns {Code}
 */
export function asExpression(node, names) {
  const left = compile(node.left, names);
  const type = nullablePrimitive(node.right);
  return (frame) => {
    const value = left(frame);
    if (!conforms(value, type)) cannotConvert(value, type);
    return value;
  };
}
