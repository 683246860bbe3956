// What Microsoft's parser read, in the form of tests/m/shapes.rs: nested arrays that show what holds together with what.

/**
 * The value of a text literal or of a quoted identifier, as the language specification decodes it.
 * @param {string} literal
 * @returns {string}
 */
export function decode(literal) {
  const body = literal.slice(literal.indexOf('"') + 1, -1);
  return body.replace(/""|#\(([^)]*)\)/gu, (_, /** @type {string | undefined} */ escapes) => {
    if (escapes === undefined) return '"';
    return escapes
      .split(",")
      .map((escape) => {
        const named = { cr: "\r", lf: "\n", tab: "\t", "#": "#" }[escape];
        if (named !== undefined) return named;
        if (!/^(?:[0-9A-F]{4}|[0-9A-F]{8})$/u.test(escape)) throw new Error(`not an escape: ${escape}`);
        return String.fromCodePoint(Number.parseInt(escape, 16));
      })
      .join("");
  });
}

/** @param {string} literal */
const named = (literal) => (literal.startsWith('#"') ? decode(literal) : literal);

/** @param {any} node */
const elements = (node) => node.content.elements.map((/** @type {any} */ csv) => csv.node);

/** @param {any} node */
const maybe = (node) => (node === undefined ? null : shape(node));

/** @param {any} list */
const parameters = (list) =>
  elements(list).map((/** @type {any} */ parameter) => [
    named(parameter.name.literal),
    parameter.optionalConstant !== undefined,
    maybe(parameter.parameterType),
  ]);

/** @param {any} list */
const fieldTypes = (list) =>
  elements(list).map((/** @type {any} */ field) => [
    named(field.name.literal),
    field.optionalConstant !== undefined,
    maybe(field.fieldTypeSpecification?.fieldType),
  ]);

/** @param {any} pair */
const pair = (pair) => [named(pair.key.literal), shape(pair.value)];

/** @param {any} record */
const attributes = (record) => (record === undefined ? [] : elements(record).map(pair));

/**
 * @param {any} node
 * @returns {any}
 */
export function shape(node) {
  switch (node.kind) {
    case "ArithmeticExpression":
    case "AsExpression":
    case "EqualityExpression":
    case "IsExpression":
    case "LogicalExpression":
    case "MetadataExpression":
    case "NullCoalescingExpression":
    case "RelationalExpression":
      return [node.operatorConstant.constantKind, shape(node.left), shape(node.right)];
    case "AsNullablePrimitiveType":
    case "AsType":
    case "OtherwiseExpression":
      return shape(node.paired);
    case "CatchExpression":
      return ["catch", shape(node.paired)];
    case "EachExpression":
      return ["each", shape(node.paired)];
    case "ErrorRaisingExpression":
      return ["error", shape(node.paired)];
    case "ErrorHandlingExpression":
      return ["try", shape(node.protectedExpression), ...(node.handler === undefined ? [] : [shape(node.handler)])];
    case "FieldSelector":
    case "FieldProjection":
      return step(null, node);
    case "FunctionExpression":
      return ["function", parameters(node.parameters), maybe(node.functionReturnType), shape(node.expression)];
    case "FunctionType":
      return ["functiontype", parameters(node.parameters), shape(node.functionReturnType)];
    case "IdentifierExpression":
      return [node.inclusiveConstant === undefined ? "name" : "@", named(node.identifier.literal)];
    case "IfExpression":
      return ["if", shape(node.condition), shape(node.trueExpression), shape(node.falseExpression)];
    case "LetExpression":
      return ["let", node.variableList.elements.map((/** @type {any} */ csv) => pair(csv.node)), shape(node.expression)];
    case "ListExpression":
    case "ListLiteral":
      return ["list", elements(node).map(shape)];
    case "ListType":
      return ["listtype", shape(node.content)];
    case "LiteralExpression":
      return node.literalKind === "Text" ? ["text", decode(node.literal)] : ["literal", node.literal];
    case "NotImplementedExpression":
      return ["..."];
    case "NullablePrimitiveType":
    case "NullableType":
      return ["nullable", shape(node.paired)];
    case "ParenthesizedExpression":
      return shape(node.content);
    case "PrimitiveType":
      return ["primitive", node.primitiveTypeKind];
    case "RangeExpression":
      return ["..", shape(node.left), shape(node.right)];
    case "RecordExpression":
      return ["record", elements(node).map(pair)];
    case "RecordLiteral":
      return ["record", attributes(node)];
    case "RecordType":
      return ["recordtype", fieldTypes(node.fields), node.fields.openRecordMarkerConstant !== undefined];
    case "RecursivePrimaryExpression":
      return node.recursiveExpressions.elements.reduce(step, shape(node.head));
    case "Section":
      return [
        "section",
        named(node.name.literal),
        attributes(node.literalAttributes),
        node.sectionMembers.elements.map((/** @type {any} */ member) => {
          const [name, value] = pair(member.namePairedExpression);
          return [name, member.sharedConstant !== undefined, attributes(member.literalAttributes), value];
        }),
      ];
    case "TableType":
      return ["tabletype", node.rowType.kind === "FieldSpecificationList" ? fieldTypes(node.rowType) : shape(node.rowType)];
    case "TypePrimaryType":
      return ["type", shape(node.paired)];
    case "UnaryExpression":
      return node.operators.elements.reduceRight(
        (/** @type {any} */ value, /** @type {any} */ operator) => [operator.constantKind, value],
        shape(node.typeExpression),
      );
    default:
      throw new Error(`no shape for ${node.kind}`);
  }
}

/**
 * @param {any} of
 * @param {any} node
 * @returns {any}
 */
function step(of, node) {
  const optional = node.optionalConstant !== undefined;
  switch (node.kind) {
    case "FieldSelector":
      return ["field", of, named(node.content.literal), optional];
    case "FieldProjection":
      return ["projection", of, elements(node).map((/** @type {any} */ field) => named(field.content.literal)), optional];
    case "InvokeExpression":
      return ["call", of, elements(node).map(shape)];
    case "ItemAccessExpression":
      return ["item", of, shape(node.content), optional];
    default:
      throw new Error(`no shape for ${node.kind}`);
  }
}
