import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Outbox } from "../../static/participant/outbox.js";
import { clear, createStore, keys, set } from "../../static/vendor/idb-keyval.js";
import { persist, TemporaryError } from "../../static/participant/retry.js";

const store = createStore("metamerlab-outbox", "answers");
const patient = (attempt) => persist(attempt, { pause: () => new Promise((resolve) => setImmediate(resolve)) });

beforeEach(() => clear(store));

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
    if (this.loseResponses-- > 0) throw new TemporaryError("the response was lost");
    return { index, ...this.stored.get(index), next_index: null, feedback: null };
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

test("a refused answer is kept and reported", async () => {
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
