import assert from "node:assert/strict";
import { test } from "node:test";
import { LateError, timeoutSignal, within } from "../../static/participant/signal.js";

const aborted = (signal) => new Promise((resolve) => signal.addEventListener("abort", resolve));

test("a signal comes after its time, also without AbortSignal.timeout", async (t) => {
  await aborted(timeoutSignal(1));
  const kept = AbortSignal.timeout;
  AbortSignal.timeout = undefined;
  t.after(() => (AbortSignal.timeout = kept));
  const signal = timeoutSignal(1);
  assert.equal(signal.aborted, false);
  await aborted(signal);
});

test("a promise gives what it gives, and is late when it never does", async () => {
  assert.equal(await within(Promise.resolve(1), 1000), 1);
  await assert.rejects(within(Promise.reject(new Error("own")), 1000), /own/);
  await assert.rejects(within(new Promise(() => undefined), 1), LateError);
});
