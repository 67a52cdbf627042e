import assert from "node:assert/strict";
import { test } from "node:test";
import { attention, declared, jsPsychAt, namesOf } from "./plugin-support.js";

const { FrameClock } = await import("../../static/participant/clock.js");
const { answerOf } = await import("../../static/participant/tasks/abx/answers.js");
const { AbxPlugin } = await import("../../static/participant/tasks/abx/plugin.js");
const { placement } = await import("../../static/participant/tasks/abx/size.js");

const TIMES = { fixation_ms: 1500, picture_ms: 200, gap_ms: 500, last_gap_ms: 1000 };
const AT_70_CM = { picture_deg: 4, eccentricity_deg: 0, viewing_distance_cm: 70 };
const PLACED = { shown_px: 224, eccentricity_px: 0, px_per_degree: null, scale: null };

/** A screen whose frames come every `frameMs`, one of which is a number of frames late. */
function clockOf(frameMs, late = {}) {
  let [now, count] = [1000, 0];
  return new FrameClock((callback) => {
    now += frameMs * (1 + (late[count] ?? 0));
    count += 1;
    setImmediate(callback, now);
  });
}

/** A stage that notes what is done with it, and whose participant presses so long after the answers came. */
function stageWith(name = "second", rtMs = 400, pressed = "key") {
  const done = [];
  const stage = {
    done,
    onsetMs: 0,
    record: { ...PLACED, window_small: false },
    open: () => done.push("open"),
    startedAt: async (placed) => {
      stage.placed = placed();
      done.push("started");
    },
    fixation: () => done.push("fixation"),
    picture: (_stacked, place) => done.push(place),
    gap: () => done.push("gap"),
    choose: async () => {
      done.push("choose");
      return { name, timeMs: stage.onsetMs + rtMs, pressed };
    },
  };
  return stage;
}

function trialWith(stage, clock, times = TIMES) {
  const load = async () => ({ stacked: { width: 160, height: 480 } });
  const placed = (imagePx) => ({ ...PLACED, shown_px: imagePx });
  return { ...times, stage, clock, attention, load, placement: placed, progress: "" };
}

async function run(clock, times) {
  const stage = stageWith();
  const play = clock.play.bind(clock);
  clock.play = async (phases) => {
    const played = await play(phases);
    stage.onsetMs = played.endMs;
    return played;
  };
  await clock.measure();
  const data = await new AbxPlugin(jsPsychAt(0)).trial({}, trialWith(stage, clock, times));
  return { stage, data, timing: data.timing };
}

test("A, B and X come one after the other, and all seven changes of the screen are told", async () => {
  const { stage, data, timing } = await run(clockOf(10));
  assert.deepEqual(stage.done, ["open", "started", "fixation", "a", "gap", "b", "gap", "x", "gap", "choose"]);
  assert.deepEqual(timing.flips_ms, {
    ...{ fixation: 0, a: 1500, gap_1: 1700, b: 2200, gap_2: 2400, x: 2900, gap_3: 3100 },
    response: 4100,
  });
  assert.deepEqual([timing.achieved_a_ms, timing.achieved_b_ms, timing.achieved_x_ms], [200, 200, 200]);
  assert.deepEqual([timing.picture_frames, timing.dropped_frames, timing.frame_ms], [20, 0, 10]);
  assert.deepEqual([data.answer, data.rt_ms, timing.pressed], ["second", 400, "key"]);
  assert.equal(timing.gaze_tracked, false);
  assert.equal(stage.placed.shown_px, 160);
});

test("each phase is a whole number of frames of this screen", async () => {
  const { timing } = await run(clockOf(1000 / 60));
  assert.equal(timing.picture_frames, 12);
  assert.equal(Math.round(timing.achieved_x_ms), 200);
  const odd = await run(clockOf(1000 / 144));
  assert.equal(odd.timing.picture_frames, 29);
  assert.ok(Math.abs(odd.timing.achieved_a_ms - (29 * 1000) / 144) < 1e-6);
});

test("a frame that comes late lengthens its own phase alone, and is told", async () => {
  // 41 frames to measure, one to begin, 150 of the cross, 20 of A: the frame that should end A is one late.
  const { timing } = await run(clockOf(10, { [41 + 1 + 150 + 19]: 1 }));
  assert.deepEqual([timing.achieved_a_ms, timing.achieved_b_ms, timing.achieved_x_ms], [210, 200, 200]);
  assert.equal(timing.dropped_frames, 1);
});

test("a phase of no duration is left out", async () => {
  const { stage } = await run(clockOf(10), { ...TIMES, fixation_ms: 0, last_gap_ms: 0 });
  assert.deepEqual(stage.done, ["open", "started", "a", "gap", "b", "gap", "x", "choose"]);
});

test("what a trial gives is what is declared, when it is simulated too", async () => {
  const fields = declared(AbxPlugin.info.data).sort();
  const { data } = await run(clockOf(10));
  assert.deepEqual(namesOf(data).sort(), fields);
  const trial = trialWith(stageWith(), clockOf(10));
  const made = await new AbxPlugin(jsPsychAt(0)).simulate(trial, "data-only", {}, () => undefined);
  assert.deepEqual(namesOf(made).sort(), fields);
  assert.deepEqual([made.answer, made.rt_ms, made.timing.flips_ms.a], ["first", 712, 1500]);
});

test("keys answer by what they write, and by their place where they write something else", () => {
  const answers = (key, code = "") => answerOf({ key, code });
  for (const key of ["1", "f", "F", "ArrowLeft"]) assert.equal(answers(key), "first");
  for (const key of ["2", "j", "J", "ArrowRight"]) assert.equal(answers(key), "second");
  assert.equal(answers("&", "Digit1"), "first"); // a French keyboard
  assert.equal(answers("о", "KeyJ"), "second"); // a Russian one
  assert.equal(answers("End", "Numpad1"), "first");
  for (const key of ["3", "Enter", " ", "ArrowUp", "Tab"]) assert.equal(answers(key, key), undefined);
});

test("without a measured screen a picture has its size in pixels, in the middle", () => {
  assert.deepEqual(placement({ ...AT_70_CM, eccentricity_deg: 8 }, 224, null, 2), PLACED);
});

test("on a measured screen a picture covers its angle", () => {
  // By hand: at 70 cm 4 degrees are 2 * 700 mm * tan(2 degrees) = 48.889 mm; at 4 px/mm 195.56 px. A degree is
  // 2 * 700 mm * tan(0.5 degrees) * 4 px/mm = 48.871 px.
  const screen = { px_per_degree: 48.8705, distance_cm: 70, device_pixel_ratio: 1 };
  const { shown_px, eccentricity_px, scale } = placement(AT_70_CM, 224, screen, 1);
  assert.ok(Math.abs(shown_px - 195.56) < 0.01);
  assert.deepEqual([eccentricity_px, scale], [0, "card"]);
});

test("a picture beside the cross lies at its eccentricity on the flat screen", () => {
  // 700 mm * tan(8 degrees) * 4 px/mm = 393.52 px.
  const screen = { px_per_degree: 48.8705, distance_cm: 70, device_pixel_ratio: 1 };
  const { eccentricity_px } = placement({ ...AT_70_CM, eccentricity_deg: 8 }, 224, screen, 1);
  assert.ok(Math.abs(eccentricity_px - 393.52) < 0.05);
});

test("a zoom of the browser since the screen was measured changes nothing on the screen", () => {
  const screen = { px_per_degree: 40, distance_cm: 70, device_pixel_ratio: 1 };
  const before = placement(AT_70_CM, 224, screen, 1).shown_px;
  assert.ok(Math.abs(placement(AT_70_CM, 224, screen, 2).shown_px * 2 - before) < 1e-9);
});

test("without a card the inch of browsers is assumed, at the distance that is known", () => {
  const screen = { px_per_degree: null, distance_cm: 70, device_pixel_ratio: 1 };
  const { px_per_degree, scale } = placement(AT_70_CM, 224, screen, 1);
  assert.equal(scale, "assumed");
  assert.ok(Math.abs(px_per_degree - 46.177) < 0.01); // 96 px / 25.4 mm * 12.2175 mm
  const unknown = { ...screen, distance_cm: null };
  assert.deepEqual(placement({ ...AT_70_CM, viewing_distance_cm: 70 }, 224, unknown, 1).px_per_degree, px_per_degree);
});
