import assert from "node:assert/strict";
import { test } from "node:test";
import { takeLease } from "../../static/participant/lease.js";

/** Puts a lock manager in place for one test. */
function lockManager(t, locks) {
  const kept = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  Object.defineProperty(globalThis, "navigator", { value: { locks }, configurable: true });
  t.after(() => (kept ? Object.defineProperty(globalThis, "navigator", kept) : delete globalThis.navigator));
}

const lost = () => assert.fail("nothing was lost");

test("without a lock manager there is no lease to wait for", async (t) => {
  lockManager(t, undefined);
  assert.equal(await takeLease("x", { steal: false, onLost: lost }), true);
});

test("a browser that denies locks does not make another tab of itself", async (t) => {
  lockManager(t, { request: async () => { throw new DOMException("denied", "SecurityError"); } });
  assert.equal(await takeLease("x", { steal: false, onLost: lost }), true);
});

test("a lease that another tab holds is not taken", async (t) => {
  const running = setInterval(() => undefined, 1000); // Node does not wait for a signal's timer
  t.after(() => clearInterval(running));
  const waits = (_name, { signal }) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  lockManager(t, { request: waits });
  assert.equal(await takeLease("x", { steal: false, onLost: lost }), false);
});

test("a lease that was held and taken over is said to be lost", async (t) => {
  let steal;
  const request = (_name, _options, hold) => {
    void hold();
    return new Promise((_, reject) => (steal = () => reject(new DOMException("stolen", "AbortError"))));
  };
  lockManager(t, { request });
  const lost = new Promise((resolve) => {
    takeLease("x", { steal: false, onLost: () => resolve("lost") }).then((held) => assert.equal(held, true));
  });
  steal();
  assert.equal(await lost, "lost");
});
