import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { RefusedError } from "../../static/participant/api.js";
import { NotDueError, Outbox } from "../../static/participant/outbox.js";
import { clear, createStore, keys, set } from "../../static/vendor/idb-keyval.js";
import { persist, TemporaryError } from "../../static/participant/retry.js";

const store = createStore("metamerlab-outbox", "answers");
const refused = createStore("metamerlab-refused", "answers");
const patient = (attempt) => persist(attempt, { pause: () => new Promise((resolve) => setImmediate(resolve)) });

beforeEach(() => Promise.all([clear(store), clear(refused)]));

const refusal = (status, code, detail = {}) => new RefusedError(status, { error: { code, message: code, detail } });

/** A server in memory: unique on the trial, as the real one is; out of reach while `reachable` is false. */
class Server {
  reachable = true;
  loseResponses = 0;
  calls = 0;
  stored = new Map();

  async putAnswer(index, answer) {
    this.calls += 1;
    if (!this.reachable) throw new TemporaryError("no network");
    if (!this.stored.has(index)) this.stored.set(index, answer);
    this.order.push(`trial ${index}`);
    if (this.loseResponses-- > 0) throw new TemporaryError("the response was lost");
    return { index, ...this.stored.get(index), next_index: null, feedback: null };
  }

  /** What it says of the trial that is due: null, nothing is. */
  due = null;
  aside = new Map();

  async session() {
    return { next_index: this.due, session: "ours" };
  }

  results = new Map();

  async putResult(position, body) {
    this.calls += 1;
    if (!this.reachable) throw new TemporaryError("no network");
    if (!this.results.has(position)) this.results.set(position, body);
    this.order.push(`step ${position}`);
    return { position, ...this.results.get(position), next_position: position + 1 };
  }

  /** What arrived, in order. */
  order = [];

  async setAside(index, note) {
    this.aside.set(index, note);
    return { next_index: index + 1 };
  }

  async trials(start, count) {
    return Array.from({ length: count }, (_, i) => ({ index: start + i, stimulus: `/stimuli/token${start + i}` }));
  }
}

const answer = (uuid) => ({ uuid, answer: "dog", rt_ms: 500, timing: {} });

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

const page = { position: 0, kind: "instructions" };

test("the result of a step is delivered under a UUID of its own, and then leaves the store", async () => {
  const server = new Server();
  const outbox = new Outbox("code", server, patient);
  const { delivered } = await outbox.addResult(page, "ours", { shown_ms: 5 });
  assert.equal((await delivered).next_position, 1);
  const { uuid, ...rest } = server.results.get(0);
  assert.match(uuid, /^[0-9a-f-]{36}$/);
  assert.deepEqual(rest, { kind: "instructions", result: { shown_ms: 5 } });
  assert.deepEqual(await keys(store), []);
});

test("what an earlier visit left of steps and trials arrives in the session's order", async () => {
  const unreachable = new Server();
  const before = new Outbox("code", unreachable, () => new Promise(() => undefined));
  await before.addResult({ position: 3, kind: "rest_break" }, "ours", {});
  await before.add(10, "/stimuli/token10", answer("later"), 4);
  await before.add(9, "/stimuli/token9", answer("earlier"), 2);
  await before.addResult(page, "ours", {});
  await set("code/1", { code: "code", index: 1, stimulus: "/stimuli/token1", body: answer("old page") }, store);
  const server = new Server();
  await new Outbox("code", server, patient).recover();
  assert.deepEqual(server.order, ["trial 1", "step 0", "trial 9", "step 3", "trial 10"]);
  assert.deepEqual(await keys(store), []);
});

test("a step's result of another session is never sent in this one's name", async () => {
  const unreachable = new Server();
  await new Outbox("code", unreachable, () => new Promise(() => undefined)).addResult(page, "theirs", {});
  const server = new Server();
  await new Outbox("code", server, patient).recover();
  assert.equal(server.results.size, 0);
  assert.deepEqual(await keys(store), []);
});

test("a step's result that is refused for good is kept aside, and what is behind it arrives", async () => {
  const server = new Server();
  server.putResult = async () => {
    throw refusal(409, "other_step");
  };
  const outbox = new Outbox("code", server, patient);
  const { delivered } = await outbox.addResult(page, "ours", { shown_ms: 5 });
  await outbox.add(0, "/stimuli/token0", answer("good"));
  await outbox.drained();
  assert.equal(await delivered, null);
  assert.equal(server.stored.get(0).uuid, "good");
  assert.deepEqual(await keys(store), []);
  assert.equal((await keys(refused)).length, 1);
});

test("a step's result that is not due sends the page to the session's step, and is not sent again", async () => {
  const server = new Server();
  server.putResult = async () => {
    throw refusal(409, "not_due", { next_position: 0 });
  };
  const outbox = new Outbox("code", server, patient);
  await outbox.addResult({ position: 3, kind: "rest_break" }, "ours", {});
  await assert.rejects(outbox.drained(), NotDueError);
  assert.deepEqual(await keys(store), []);
});

test("a step's result of a session that is not known is kept", async () => {
  const server = new Server();
  server.putResult = async () => {
    throw refusal(401, "no_session");
  };
  const outbox = new Outbox("code", server, patient);
  await outbox.addResult(page, "ours", {});
  await assert.rejects(outbox.drained(), RefusedError);
  assert.deepEqual(await keys(store), ["code/step 0"]);
});
