import assert from "node:assert/strict";
import { test } from "node:test";
import { durations, place, stepsOf } from "../../static/participant/steps.js";

const session = { total: 7, practice: 2, next_index: 0, breaks_after: [3, 6] };
const kinds = (steps) => steps.map((step) => ("index" in step ? `${step.kind} ${step.index}` : step.kind));

test("a session begins with instructions, and practice has feedback", () => {
  assert.deepEqual(kinds(stepsOf(session)), [
    "instructions",
    "trial 0",
    "feedback 0",
    "trial 1",
    "feedback 1",
    "practice_done",
    "trial 2",
    "trial 3",
    "break",
    "trial 4",
    "trial 5",
    "trial 6", // its break would come after the last trial: left out
  ]);
});

test("a reload goes on at the first unanswered trial", () => {
  const steps = stepsOf({ ...session, next_index: 4 });
  assert.deepEqual(steps[0], { kind: "welcome_back", answered: 4, left: 3 });
  assert.deepEqual(kinds(steps).slice(1), ["trial 4", "trial 5", "trial 6"]);
});

test("with everything answered nothing is left but to finish", () => {
  assert.deepEqual(stepsOf({ ...session, next_index: null }), []);
});

test("breaks and progress count main trials only", () => {
  const [pause] = stepsOf(session).filter((step) => step.kind === "break");
  assert.deepEqual(pause, { kind: "break", done: 2, total: 5 });
  assert.deepEqual(place(session, 1), { number: 2, of: 2 });
  assert.deepEqual(place(session, 2), { number: 1, of: 5 });
});

test("without practice there is no word about its end", () => {
  const steps = stepsOf({ total: 2, practice: 0, next_index: 0, breaks_after: [] });
  assert.deepEqual(kinds(steps), ["instructions", "trial 0", "trial 1"]);
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
