import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { test } from "node:test";
import { Drawer } from "../../static/participant/drawer.js";

test("what is put in is there until it is removed", async () => {
  const drawer = new Drawer("drawer");
  assert.equal(await drawer.put("a", { n: 1 }), true);
  assert.deepEqual(await new Drawer("drawer").all(), [{ n: 1 }]);
  await drawer.remove("a");
  assert.deepEqual(await drawer.all(), []);
});

for (const [how, broken] of [
  ["denied", { open: () => { throw new DOMException("denied", "SecurityError"); } }],
  ["undefined", undefined],
]) {
  test(`a database that is ${how} keeps nothing, and says so`, async (t) => {
    const kept = globalThis.indexedDB;
    globalThis.indexedDB = broken;
    t.after(() => (globalThis.indexedDB = kept));
    const drawer = new Drawer("other");
    assert.equal(await drawer.put("a", 1), false);
    assert.deepEqual(await drawer.all(), []);
    await drawer.remove("a");
  });
}

test("a database that never answers is waited for once", async (t) => {
  const kept = globalThis.indexedDB;
  let opened = 0;
  globalThis.indexedDB = { open: () => ((opened += 1), {}) };
  t.after(() => (globalThis.indexedDB = kept));
  const drawer = new Drawer("silent", 5);
  assert.equal(await drawer.put("a", 1), false);
  assert.deepEqual(await drawer.all(), []);
  assert.equal(opened, 1);
});
