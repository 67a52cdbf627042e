import assert from "node:assert/strict";
import { test } from "node:test";
import { PlayedOnce } from "../../static/participant/steps/played_once.js";

/** What a browser keeps for a site. */
function storage(kept = new Map()) {
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
}

function withStorage(t, kept) {
  const before = Object.getOwnPropertyDescriptor(globalThis, "localStorage");
  Object.defineProperty(globalThis, "localStorage", { value: kept, configurable: true });
  t.after(() => Object.defineProperty(globalThis, "localStorage", before ?? { value: undefined, configurable: true }));
}

test("a sound that was started is played, answered or not, for the next page too", (t) => {
  withStorage(t, storage());
  const played = new PlayedOnce("session/1", 4);
  assert.equal(played.next, 0);
  played.begin();
  played.answer(3);
  played.begin();
  played.ended(2);
  const again = new PlayedOnce("session/1", 4);
  assert.deepEqual([again.next, again.answers, again.interruptions], [2, "3-", 2]);
  again.begin();
  again.answer(1);
  assert.equal(new PlayedOnce("session/1", 4).answers, "3-1");
  assert.equal(new PlayedOnce("session/2", 4).answers, "");
  assert.equal(new PlayedOnce("other/1", 4).answers, "");
});

test("what cannot be is not taken for sounds that were played", (t) => {
  for (const value of ["no JSON", "null", "[1]", '{"answers": 12}', '{"answers": "1x"}', '{"answers": "12312"}']) {
    withStorage(t, storage(new Map([["metamerlab/session/1/sounds", value]])));
    assert.equal(new PlayedOnce("session/1", 4).next, 0, value);
  }
  withStorage(t, storage(new Map([["metamerlab/session/1/sounds", '{"answers": "12", "interruptions": "x"}']])));
  assert.equal(new PlayedOnce("session/1", 4).interruptions, 0);
});

test("a browser that keeps nothing plays all sounds of this page once", (t) => {
  const denied = () => {
    throw new Error("denied");
  };
  withStorage(t, { getItem: denied, setItem: denied });
  const played = new PlayedOnce("session/1", 4);
  played.begin();
  played.answer(2);
  assert.equal(played.answers, "2");
});
