import assert from "node:assert/strict";
import { test } from "node:test";
import { RefusedError } from "../../static/participant/api.js";
import { NotDueError, Outbox } from "../../static/participant/outbox.js";
import { keys, set } from "../../static/vendor/idb-keyval.js";
import { answer, patient, refusal, refused, Server, store } from "./outbox-server.js";

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
