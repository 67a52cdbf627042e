import assert from "node:assert/strict";
import { test } from "node:test";
import { RefusedError } from "../../static/participant/api.js";
import { NotDueError, Outbox } from "../../static/participant/outbox.js";
import { keys, set } from "../../static/vendor/idb-keyval.js";
import { answer, patient, refusal, refused, Server, store } from "./outbox-server.js";

test("an answer is delivered, and then leaves the store", async () => {
  const server = new Server();
  const outbox = new Outbox("code", server, patient);
  const { delivered } = await outbox.add(0, "/stimuli/token0", answer("a"));
  assert.equal((await delivered).uuid, "a");
  assert.deepEqual(await keys(store), []);
});

test("out of reach, answers are kept and the page may go on; then they arrive in order", async () => {
  const server = new Server();
  server.reachable = false;
  const outbox = new Outbox("code", server, patient);
  await outbox.add(0, "/stimuli/token0", answer("a"));
  await outbox.add(1, "/stimuli/token1", answer("b"));
  assert.deepEqual(await keys(store), ["code/0", "code/1"]);
  server.reachable = true;
  await outbox.drained();
  assert.deepEqual([...server.stored.keys()], [0, 1]);
  assert.deepEqual(await keys(store), []);
});

test("an answer whose response was lost is sent again under the same UUID", async () => {
  const server = new Server();
  server.loseResponses = 2;
  const outbox = new Outbox("code", server, patient);
  await outbox.add(0, "/stimuli/token0", answer("a"));
  await outbox.drained();
  assert.equal(server.calls, 3);
  assert.equal(server.stored.get(0).uuid, "a");
});

test("what an earlier visit left behind is delivered first", async () => {
  const unreachable = new Server();
  unreachable.reachable = false;
  const before = new Outbox("code", unreachable, () => new Promise(() => undefined));
  await before.add(3, "/stimuli/token3", answer("left"));
  const server = new Server();
  await new Outbox("code", server, patient).recover();
  assert.equal(server.stored.get(3).uuid, "left");
  assert.deepEqual(await keys(store), []);
});

test("an answer that an older page left behind is delivered, too", async () => {
  await set("code/2", { code: "code", index: 2, image: "/stimuli/token2", body: answer("old") }, store);
  const server = new Server();
  await new Outbox("code", server, patient).recover();
  assert.equal(server.stored.get(2).uuid, "old");
});

test("an answer of another session is never sent in this one's name", async () => {
  const entry = { code: "code", index: 3, stimulus: "/stimuli/of-someone-else", body: answer("x") };
  await set("code/3", entry, store);
  const server = new Server();
  await new Outbox("code", server, patient).recover();
  assert.equal(server.stored.size, 0);
  assert.deepEqual(await keys(store), []);
});

test("answers to other studies are left alone", async () => {
  await set("other/0", { code: "other", index: 0, stimulus: "/stimuli/token0", body: answer("o") }, store);
  const server = new Server();
  await new Outbox("code", server, patient).recover();
  assert.equal(server.stored.size, 0);
  assert.deepEqual(await keys(store), ["other/0"]);
});

test("an answer that failed in an unknown way is kept and reported", async () => {
  const server = new Server();
  server.putAnswer = async () => {
    throw new Error("422");
  };
  const outbox = new Outbox("code", server, patient);
  const { delivered } = await outbox.add(0, "/stimuli/token0", answer("a"));
  await assert.rejects(delivered, /422/);
  await assert.rejects(outbox.drained(), /422/);
  assert.deepEqual(await keys(store), ["code/0"]);
});

test("where nothing can be written, the page moves on only after delivery", async (t) => {
  const put = t.mock.method(IDBObjectStore.prototype, "put", () => {
    throw new DOMException("no space", "QuotaExceededError");
  });
  const server = new Server();
  const outbox = new Outbox("code", server, patient);
  await outbox.add(0, "/stimuli/token0", answer("a"));
  assert.equal(put.mock.callCount(), 1);
  assert.equal(server.stored.get(0).uuid, "a");
});

for (const [status, code] of [
  [422, "malformed"],
  [409, "uuid_used"],
  [413, "too_large"],
  [400, ""],
]) {
  test(`an answer that is refused for good (${status} ${code}) is set aside, and those behind it arrive`, async () => {
    const server = new Server();
    const { putAnswer } = server;
    server.putAnswer = async (index, body) => {
      if (index === 0) throw refusal(status, code);
      return putAnswer.call(server, index, body);
    };
    const outbox = new Outbox("code", server, patient);
    const { delivered } = await outbox.add(0, "/stimuli/token0", answer("bad"));
    await outbox.add(1, "/stimuli/token1", answer("good"));
    await outbox.drained();
    assert.deepEqual((await delivered).feedback, null);
    const note = server.aside.get(0);
    assert.deepEqual([note.uuid, note.status, note.code], ["bad", status, code]);
    assert.deepEqual(JSON.parse(note.body), answer("bad"));
    assert.equal(server.stored.get(1).uuid, "good");
    assert.deepEqual(await keys(store), []);
    assert.deepEqual(await keys(refused), ["code/0/bad"]); // a copy stays in the browser
  });
}

test("what is told of a refused answer is as long as the server takes", async () => {
  const server = new Server();
  server.putAnswer = async () => {
    throw refusal(422, "x".repeat(600));
  };
  const outbox = new Outbox("code", server, patient);
  await outbox.add(0, "/stimuli/token0", { ...answer("a"), timing: { note: "y".repeat(20_000) } });
  await outbox.drained();
  const { code, message, body } = server.aside.get(0);
  assert.deepEqual([code.length, message.length, body.length], [64, 500, 16_000]);
});

for (const status of [401, 404]) {
  test(`a session that is not known (${status}) keeps its answers`, async () => {
    const server = new Server();
    server.putAnswer = async () => {
      throw refusal(status, "no_session");
    };
    const outbox = new Outbox("code", server, patient);
    await outbox.add(0, "/stimuli/token0", answer("a"));
    await assert.rejects(outbox.drained(), RefusedError);
    assert.deepEqual(await keys(store), ["code/0"]);
    assert.equal(server.aside.size, 0);
  });
}

test("an answer that cannot be set aside either is kept and reported", async () => {
  const server = new Server();
  server.putAnswer = server.setAside = async () => {
    throw refusal(409, "too_many_set_aside");
  };
  const outbox = new Outbox("code", server, patient);
  await outbox.add(0, "/stimuli/token0", answer("a"));
  await assert.rejects(outbox.drained(), RefusedError);
  assert.deepEqual(await keys(store), ["code/0"]);
});

/** A server to which no answer is due, whatever the session says. */
class OutOfTurn extends Server {
  async putAnswer() {
    this.calls += 1;
    throw refusal(409, "not_due", { next_index: 1 });
  }
}

test("an answer that is not due sends the page to the session's trial, and is not sent again", async () => {
  const server = new OutOfTurn();
  server.due = 1;
  const outbox = new Outbox("code", server, patient);
  await outbox.add(4, "/stimuli/token4", answer("early"));
  await assert.rejects(outbox.drained(), NotDueError);
  assert.deepEqual(await keys(store), []);
  await new Outbox("code", server, patient).recover();
  assert.deepEqual([server.calls, server.aside.size], [1, 0]);
});

test("a server that contradicts itself about whose turn it is gets the answer set aside: no endless loop", async () => {
  const server = new OutOfTurn();
  server.due = 4;
  const outbox = new Outbox("code", server, patient);
  await outbox.add(4, "/stimuli/token4", answer("a"));
  await outbox.drained();
  assert.equal(server.aside.get(4).code, "not_due");
  assert.equal(server.calls, 1);
});

test("an answer whose trial was passed in the meantime is no reason to stop", async () => {
  const server = new OutOfTurn();
  server.due = 6;
  const outbox = new Outbox("code", server, patient);
  const { delivered } = await outbox.add(4, "/stimuli/token4", answer("a"));
  assert.equal((await delivered).next_index, 6);
  assert.equal(server.aside.size, 0);
});

test("of what an earlier visit left behind, answers that are not due and nonsense are passed over", async () => {
  await set("code/9", { code: "code", index: 9, stimulus: "/stimuli/token9", body: answer("early") }, store);
  await set("code/x", { code: "code", index: "x", body: null }, store);
  await set("null", null, store);
  const server = new Server();
  server.due = 2;
  await new Outbox("code", server, patient).recover();
  assert.equal(server.calls, 0);
  assert.deepEqual(await keys(store), ["null"]);
});

test("without a database in the browser, answers go out of memory", async (t) => {
  const kept = globalThis.indexedDB;
  delete globalThis.indexedDB;
  t.after(() => (globalThis.indexedDB = kept));
  const server = new Server();
  const outbox = new Outbox("code", server, patient);
  await outbox.recover();
  assert.equal(outbox.kept, true); // not known yet
  await outbox.add(0, "/stimuli/token0", answer("a"));
  assert.equal(server.stored.get(0).uuid, "a");
  assert.equal(outbox.kept, false);
});
