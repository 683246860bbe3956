import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluate, toJson } from "./evaluate.mjs";
import { errorOf, valueOf } from "./support.mjs";

const credential = { AuthenticationKind: "Key", Key: "secret", Properties: { tenant: "t" } };
const extension = true;

test("the credential is a record", async () => {
  assert.deepEqual(await valueOf("Extension.CurrentCredential()", { extension, credential }), credential);
  assert.equal(await valueOf("Extension.CurrentCredential(true)[Key]", { extension, credential }), "secret");
  assert.equal(await valueOf("Extension.CurrentCredential()", { extension }), null);
});

test("what an extension has, a plain query has not", async () => {
  for (const name of ["Extension.CurrentCredential()", 'Error.Unexpected("x")', "Crypto.CreateHash(3, #binary({}))"]) {
    assert.match((await errorOf(name)).Message, /wasn't recognized/);
    await valueOf(name, { extension });
  }
});

test("a credential error has its own reason", async () => {
  const error = await errorOf('error Extension.CredentialError(Credential.AccessDenied, "sign in again")', {
    extension,
  });
  assert.deepEqual(error, { Reason: "Credential.AccessDenied", Message: "sign in again", Detail: null });
});

test("texts and files are the caller's", async () => {
  const resources = { Title: "My title", "a.txt": new TextEncoder().encode("file") };
  assert.equal(await valueOf('Extension.LoadString("Title")', { extension, resources }), "My title");
  assert.equal(await valueOf('Extension.LoadString("None")', { extension, resources }), null);
  assert.equal(
    await valueOf('Extension.Contents("a.txt")', { extension, resources }),
    Buffer.from("file").toString("base64"),
  );
  assert.match((await errorOf('Extension.Contents("b.txt")', { extension, resources })).Message, /no file 'b.txt'/);
});

test("hashes", async () => {
  const hex = (/** @type {string} */ call) => valueOf(`Binary.ToText(${call}, BinaryEncoding.Hex)`, { extension });
  const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  assert.equal(await hex('Crypto.CreateHash(CryptoAlgorithm.SHA256, Text.ToBinary("abc"))'), abc);
  assert.equal(
    (await hex('Crypto.CreateHmac(CryptoAlgorithm.SHA1, Text.ToBinary("k"), Text.ToBinary("abc"))')).length,
    40,
  );
});

test("traces are collected; what is delayed is called once", async () => {
  const { value, traces } = await evaluate({
    documents: [
      '{Diagnostics.Trace(TraceLevel.Warning, "m", 1), Diagnostics.Trace(TraceLevel.Information, [a = 1], () => 2, true)}',
    ],
  });
  assert.deepEqual(toJson(value), [1, 2]);
  assert.deepEqual(
    traces.map(({ level, message }) => [level, toJson(message)]),
    [
      [4, "m"],
      [8, { a: 1 }],
    ],
  );
});

test("a type with metadata, ascribed to a function", async () => {
  const documents = [
    `section X;
     [DataSource.Kind = "X", Publish = "X.Publish"]
     shared X.Run = Value.ReplaceType(Run, type function (
        host as Uri.Type,
        id as (type text meta [DataSource.Path = false, Documentation.FieldCaption = "Id"]),
        optional more as nullable record
     ) as table);
     Run = (host as text, id as text, optional more as nullable record) as table => #table({"h"}, {{host & id}});
     X = [Authentication = [Key = []], TestConnection = (path) => {"X.Run", path}];`,
  ];
  assert.deepEqual(await valueOf('X.Run("h", "1")', { documents, extension }), [{ h: "h1" }]);
  assert.deepEqual(
    await valueOf("Value.Metadata(Type.FunctionParameters(Value.Type(X.Run))[id])", { documents, extension }),
    { "DataSource.Path": false, "Documentation.FieldCaption": "Id" },
  );
  assert.equal(await valueOf("Type.FunctionRequiredParameters(Value.Type(X.Run))", { documents, extension }), 2);
  assert.deepEqual(await valueOf('X[TestConnection]("p")', { documents, extension }), ["X.Run", "p"]);
});
