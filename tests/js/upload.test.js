/** Uploading a stimulus set: what is sent, what is not sent again, what is tried again, what ends it. */

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { isClutter } from "../../static/admin/stimuli/chosen.js";
import { sha256, upload } from "../../static/admin/stimuli/upload.js";

const SET = "/admin/api/stimuli/1";
const realFetch = globalThis.fetch;

afterEach(() => {
  globalThis.fetch = realFetch;
});

/** @param {Record<string, string>} files */
function chosen(files) {
  return Object.entries(files).map(([path, text]) => ({ path, file: new File([text], path) }));
}

/** A server that answers each call by `answer`, and keeps what it was asked. */
function serve(answer) {
  const calls = [];
  globalThis.fetch = async (address, how = {}) => {
    calls.push(`${how.method ?? "GET"} ${address}`);
    const [status, body, headers] = answer(String(address), how, calls.length);
    return new Response(JSON.stringify(body), { status, headers });
  };
  return calls;
}

const send = (files, limit = 1000) => upload(SET, chosen(files), limit, new AbortController().signal, () => {});

test("what is there already, and clutter, is not sent", async () => {
  const digest = await sha256(new Blob(["one"]));
  const calls = serve((address) =>
    address.endsWith("/files") ? [200, { files: [{ path: "a/1.png", sha256: digest }] }] : [200, {}],
  );
  const done = await send({ "a/1.png": "one", "a/2.png": "two", "a/.DS_Store": "x" });
  assert.deepEqual(calls, [`GET ${SET}/files`, `PUT ${SET}/files?path=a%2F2.png`]);
  assert.deepEqual([done.done, done.total, done.problems], [2, 2, []]);
});

test("a file that changed under its name is sent", async () => {
  const calls = serve((address) =>
    address.endsWith("/files") ? [200, { files: [{ path: "a/1.png", sha256: "0" }] }] : [200, {}],
  );
  await send({ "a/1.png": "one" });
  assert.equal(calls.length, 2);
});

test("a busy server is asked again, as often as it takes", async () => {
  let busy = 8;
  const calls = serve((address) => {
    if (address.endsWith("/files")) return [200, { files: [] }];
    return busy-- > 0 ? [429, {}, { "Retry-After": "0" }] : [200, {}];
  });
  const done = await send({ "a/1.png": "one" });
  assert.deepEqual(done.problems, []);
  assert.equal(calls.length, 10);
});

test("one bad file does not end the others, a full set does", async () => {
  const refuse = (code) => (address) => {
    if (address.endsWith("/files")) return [200, { files: [] }];
    return address.includes("bad") ? [409, { error: { code, message: "no" } }] : [200, {}];
  };
  const files = { "bad.png": "x", "1.png": "1", "2.png": "2", "3.png": "3", "4.png": "4", "5.png": "5" };
  let calls = serve(refuse("path_taken"));
  assert.deepEqual((await send(files)).problems, [{ path: "bad.png", message: "no" }]);
  assert.equal(calls.length, 7);
  calls = serve(refuse("set_full"));
  await send(files);
  assert.ok(calls.length < 7);
});

test("a file beyond the limit is not sent", async () => {
  const calls = serve(() => [200, { files: [] }]);
  const done = await send({ "a/1.png": "too long" }, 3);
  assert.match(done.problems[0].message, /has more than/);
  assert.equal(calls.length, 1);
});

test("an archive is sent once and taken up in turns", async () => {
  let turns = 0;
  const calls = serve((address) => {
    if (address.endsWith("/next")) return [200, { done: ++turns, total: 3 }];
    return [200, { files: [] }];
  });
  await send({ "all.zip": "PK" });
  assert.deepEqual(calls.slice(1), [`PUT ${SET}/archive`, ...Array(3).fill(`POST ${SET}/archive/next`)]);
});

test("clutter is known", () => {
  for (const path of ["a/.DS_Store", "__MACOSX/a.png", "a/Thumbs.db"]) assert.ok(isClutter(path), path);
  for (const path of ["a/x.png", "a.b/x.png"]) assert.ok(!isClutter(path), path);
});
