import assert from "node:assert/strict";
import { test } from "node:test";
import { EarlyError, pauseMs, pauseUntilOnline, persist, TemporaryError } from "../../static/participant/retry.js";

test("pauses double up to a limit, and half of each is chance", () => {
  assert.equal(pauseMs(1, 0), 250);
  assert.equal(pauseMs(1, 1), 500);
  assert.equal(pauseMs(3, 1), 2000);
  assert.equal(pauseMs(50, 1), 15_000);
  assert.equal(pauseMs(50, 0), 7_500);
});

/** An attempt that fails with these errors, one after the other, and then gives "done". */
const failing = (errors) => async () => {
  if (errors.length) throw errors.shift();
  return "done";
};

test("a temporary failure is tried again; trouble and recovery are told once each", async () => {
  const told = [];
  const pauses = [];
  const result = await persist(failing([1, 2, 3].map(() => new TemporaryError("no network"))), {
    onTrouble: () => told.push("trouble"),
    onRecovery: () => told.push("recovery"),
    pause: async (ms) => pauses.push(ms),
    chance: () => 1,
  });
  assert.equal(result, "done");
  assert.deepEqual(told, ["trouble", "recovery"]);
  assert.deepEqual(pauses, [500, 1000, 2000]);
});

test("to be asked for patience is no trouble, until something else goes wrong", async () => {
  const told = [];
  const options = {
    onTrouble: () => told.push("trouble"),
    onRecovery: () => told.push("recovery"),
    pause: async () => undefined,
  };
  assert.equal(await persist(failing([new EarlyError("later"), new EarlyError("later")]), options), "done");
  assert.deepEqual(told, []);
  await persist(failing([new EarlyError("later"), new TemporaryError("no network")]), options);
  assert.deepEqual(told, ["trouble", "recovery"]);
});

test("success at once tells nothing", async () => {
  const told = [];
  await persist(failing([]), { onTrouble: () => told.push("trouble"), onRecovery: () => told.push("recovery") });
  assert.deepEqual(told, []);
});

test("another failure ends the trying, and the notice with it", async () => {
  const told = [];
  const attempt = failing([new TemporaryError("no network"), new Error("refused")]);
  const options = {
    onTrouble: () => told.push("trouble"),
    onRecovery: () => told.push("recovery"),
    pause: async () => undefined,
  };
  await assert.rejects(persist(attempt, options), /refused/);
  assert.deepEqual(told, ["trouble", "recovery"]);
});

test("the browser's word that it is online ends a pause", async () => {
  const page = new EventTarget();
  globalThis.addEventListener = page.addEventListener.bind(page);
  globalThis.removeEventListener = page.removeEventListener.bind(page);
  const pause = pauseUntilOnline(3_600_000);
  page.dispatchEvent(new Event("online"));
  await pause;
});
