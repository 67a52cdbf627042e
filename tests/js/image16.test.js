import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { attention, declared, jsPsychAt, namesOf, page } from "./plugin-support.js";

const { Image16Plugin } = await import("../../static/participant/tasks/image16/plugin.js");
const { durations } = await import("../../static/participant/tasks/image16/task.js");
const { readCatalogue, say } = await import("../../static/participant/language.js");

const LAB = { blank_ms: 0, fixation_ms: 300, image_ms: 200, mask_ms: 200, response_ms: 1500 };
const ONLINE = { blank_ms: 500, fixation_ms: 300, image_ms: 300, mask_ms: 300, response_ms: null };
const CHOICES = ["cat", "dog"].map((name) => ({ name, label: name, icon: null }));
const FRAME_MS = 10;

/** A clock on which every phase lasts as asked, from 1000 ms on. */
const clock = {
  async play(phases) {
    const flipsMs = {};
    const frames = {};
    let at = 0;
    for (const { name, durationMs, show } of phases) {
      flipsMs[name] = at;
      frames[name] = durationMs / FRAME_MS;
      at += durationMs;
      if (durationMs) show();
    }
    return { startMs: 1000, endMs: 1000 + at, flipsMs, frames, frameMs: FRAME_MS, droppedFrames: 0 };
  },
};

/** A stage that notes what is done with it; `clicks` are what a participant does with the grid. */
function stageWith(clicks) {
  const done = [];
  const note = (name, result) => (done.push(name), result);
  return {
    done,
    grid: { ready: async () => undefined },
    shownPx: 224,
    small: false,
    open: () => note("open"),
    follow: () => note("follow"),
    begin: () => note("begin"),
    started: async () => note("started"),
    blank: () => note("blank"),
    fixation: () => note("fixation"),
    picture: () => note("picture"),
    choose: async () => note("choose", clicks[0]),
    gather: () => note("gather"),
    gathered: () => note("gathered", clicks),
  };
}

function trialWith(stage, times, automatic = times === LAB) {
  const load = async () => ({ image: {}, mask: {} });
  return { ...times, automatic, stage, clock, attention, load, choices: CHOICES, progress: "" };
}

async function run(clicks, times, index = 1) {
  const stage = stageWith(clicks);
  const data = await new Image16Plugin(jsPsychAt(index)).trial({}, trialWith(stage, times));
  return { stage, data };
}

test("the last click within the interval counts, and each is told with its time", async () => {
  // The grid comes 700 ms after the start, at 1700 of the page's clock.
  const clicks = [
    { name: "cat", timeMs: 2100 },
    { name: "dog", timeMs: 2650 },
  ];
  const { stage, data } = await run(clicks, LAB);
  assert.equal(data.answer, "dog");
  assert.equal(data.rt_ms, 950);
  assert.deepEqual(data.timing.clicks, [
    { name: "cat", ms: 400 },
    { name: "dog", ms: 950 },
  ]);
  assert.equal(data.timing.requested_response_ms, 1500);
  assert.equal(data.timing.achieved_response_ms, 1500);
  assert.deepEqual(data.timing.flips_ms, { fixation: 0, image: 300, mask: 500, response: 700 });
  assert.deepEqual(stage.done, ["follow", "begin", "fixation", "picture", "picture", "gather", "gathered"]);
});

test("no click is no answer, and has no time", async () => {
  const { data } = await run([], LAB);
  assert.deepEqual([data.answer, data.rt_ms, data.timing.clicks], ["na", null, []]);
});

test("without an interval the first click is the answer, and every trial waits for a press", async () => {
  const { stage, data } = await run([{ name: "cat", timeMs: 2900 }], ONLINE);
  assert.deepEqual([data.answer, data.rt_ms], ["cat", 500]);
  assert.deepEqual(data.timing.clicks, [{ name: "cat", ms: 500 }]);
  assert.deepEqual([data.timing.requested_response_ms, data.timing.achieved_response_ms], [null, null]);
  assert.deepEqual(stage.done.slice(0, 3), ["open", "begin", "started"]);
});

test("the first trial of a block waits for a press, and so does one that nobody would see", async () => {
  const waits = async (index) => (await run([], LAB, index)).stage.done.includes("started");
  assert.equal(await waits(0), true);
  assert.equal(await waits(1), false);
  page.hidden = true;
  assert.equal(await waits(1), true);
  Object.assign(page, { hidden: false, focused: false });
  assert.equal(await waits(1), true);
  page.focused = true;
});

test("what a trial gives is what is declared, when it is simulated too", async () => {
  const fields = declared(Image16Plugin.info.data).sort();
  const { data } = await run([{ name: "cat", timeMs: 2900 }], LAB);
  assert.deepEqual(namesOf(data).sort(), fields);
  for (const times of [LAB, ONLINE]) {
    const trial = trialWith(stageWith([]), times);
    const made = await new Image16Plugin(jsPsychAt(1)).simulate(trial, "data-only", {}, () => undefined);
    assert.deepEqual(namesOf(made).sort(), fields);
    assert.deepEqual([made.answer, made.rt_ms], ["cat", 712]);
  }
});

test("a simulated answer that would be too late is none", async () => {
  const trial = trialWith(stageWith([]), { ...LAB, response_ms: 700 });
  const made = await new Image16Plugin(jsPsychAt(1)).simulate(trial, "data-only", {}, () => undefined);
  assert.deepEqual([made.answer, made.rt_ms, made.timing.clicks], ["na", null, []]);
});

test("practice has its own durations of picture and mask, and the same interval", () => {
  const timing = { ...LAB, practice_image_ms: 500, practice_mask_ms: 400 };
  assert.deepEqual(durations(timing, false), LAB);
  assert.deepEqual(durations(timing, true), { ...LAB, image_ms: 500, mask_ms: 400 });
});

test("feedback reads well where nothing was chosen", async () => {
  const wrong = async (/** @type {string} */ language, /** @type {string} */ given) => {
    const file = new URL(`../../static/participant/languages/${language}.ftl`, import.meta.url);
    readCatalogue(language, await readFile(file, "utf8"));
    return say("image16-wrong", { label: "dog", given });
  };
  assert.equal(await wrong("en", "na"), "It was: dog. You chose nothing in time.");
  assert.equal(await wrong("en", "cat"), "It was: dog. You chose: cat.");
  assert.equal(await wrong("de", "na"), "Es war: dog. Sie haben nicht rechtzeitig gewählt.");
});
