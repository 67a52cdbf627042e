import "./window.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { durations } from "../../static/participant/tasks/image16/task.js";
import { place, trialsOf } from "../../static/participant/steps/block.js";
import { DroppedError } from "../../static/participant/preload.js";
import { KINDS, showSteps } from "../../static/participant/steps/registry.js";

const session = { session: "name", total: 7, practice: 2, next_index: 0 };
const display = { replaceChildren: () => undefined };

/** Tools whose outbox notes what it is given, in order. */
function tools(deliver = async () => null) {
  const added = [];
  const addResult = async (step, name, result) => {
    added.push([step.position, name, result]);
    return { delivered: deliver() };
  };
  return { added, session, outbox: { addResult }, onRefusal: () => undefined };
}

test("a block begins at the first trial that waits for an answer", () => {
  const step = { trials: { first: 2, last: 5 } };
  assert.deepEqual(trialsOf(step, { next_index: 0 }), [2, 3, 4, 5]);
  assert.deepEqual(trialsOf(step, { next_index: 4 }), [4, 5]);
  assert.deepEqual(trialsOf({ trials: { first: 2, last: 2 } }, { next_index: 2 }), [2]);
});

test("progress counts each part of the session for itself", () => {
  const session = { total: 10, practice: 2, gate: 3 };
  assert.deepEqual(place(session, 1), { number: 2, of: 2 });
  assert.deepEqual(place(session, 2), { number: 1, of: 3 });
  assert.deepEqual(place(session, 4), { number: 3, of: 3 });
  assert.deepEqual(place(session, 5), { number: 1, of: 5 });
});

test("a new kind of step is one entry, and its result is safe before the next step is shown", async (t) => {
  const seen = [];
  KINDS.set("mood", async (_display, step) => {
    seen.push(step.told.question);
    return { rating: seen.length };
  });
  t.after(() => KINDS.delete("mood"));
  const given = tools();
  const steps = [3, 4].map((position) => ({ position, kind: "mood", trials: null, told: { question: position } }));
  await showSteps(display, steps, given);
  assert.deepEqual(seen, [3, 4]);
  assert.deepEqual(given.added, [[3, "name", { rating: 1 }], [4, "name", { rating: 2 }]]);
});

test("a step that held trials has no result of its own", async (t) => {
  KINDS.set("trials of a test", async () => null);
  t.after(() => KINDS.delete("trials of a test"));
  const given = tools();
  await showSteps(display, [{ position: 0, kind: "trials of a test", trials: { first: 0, last: 1 } }], given);
  assert.deepEqual(given.added, []);
});

test("what comes after dropped trials is for the session to say", async (t) => {
  const seen = [];
  KINDS.set("mood", async () => (seen.push("mood"), {}));
  KINDS.set("dropped trials", async () => {
    seen.push("trials");
    throw new DroppedError("Trial 3 is not shown.");
  });
  t.after(() => ["mood", "dropped trials"].forEach((kind) => KINDS.delete(kind)));
  const steps = ["mood", "dropped trials", "mood"].map((kind, n) => ({ position: n + 4, kind, trials: null, told: {} }));
  const given = tools();
  assert.equal(await showSteps(display, steps, given), 5);
  assert.deepEqual(seen, ["mood", "trials"]);
  assert.deepEqual(given.added.map(([position]) => position), [4]);
  assert.equal(await showSteps(display, [steps[0], { ...steps[2], position: 9 }], tools()), 9);
});

test("a kind that this page does not know is said, and nothing is shown after it", async () => {
  const step = { position: 0, kind: "of a later release", trials: null, told: {} };
  await assert.rejects(showSteps(display, [step], tools()), /does not know the step "of a later release"/);
});

test("a result that the server will not take is told", async (t) => {
  KINDS.set("mood", async () => ({}));
  t.after(() => KINDS.delete("mood"));
  const given = tools(async () => {
    throw new Error("refused");
  });
  const refused = new Promise((resolve) => (given.onRefusal = resolve));
  await showSteps(display, [{ position: 0, kind: "mood", trials: null, told: {} }], given);
  assert.match(String(await refused), /refused/);
});

test("practice trials are shown longer", () => {
  const timing = {
    blank_ms: 500,
    fixation_ms: 300,
    image_ms: 300,
    mask_ms: 300,
    practice_image_ms: 500,
    practice_mask_ms: 400,
  };
  assert.deepEqual(durations(timing, true), { blank_ms: 500, fixation_ms: 300, image_ms: 500, mask_ms: 400 });
  assert.deepEqual(durations(timing, false), { blank_ms: 500, fixation_ms: 300, image_ms: 300, mask_ms: 300 });
});
