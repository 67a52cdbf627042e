import assert from "node:assert/strict";
import { test } from "node:test";
import { FrameClock } from "../../static/participant/clock.js";

/** A display whose frames come at the given times. */
function display(timesMs) {
  const times = [...timesMs];
  return (callback) => setImmediate(() => callback(times.shift()));
}

/** Times of a steady display, without the frames whose numbers are in `missing`. */
function steady(count, frameMs, missing = []) {
  const numbers = Array.from({ length: count }, (_, i) => i).filter((i) => !missing.includes(i));
  return numbers.map((i) => 1000 + i * frameMs);
}

function phases(shown, durations) {
  return Object.entries(durations).map(([name, durationMs]) => ({
    name,
    durationMs,
    show: () => shown.push(name),
  }));
}

test("the refresh period is measured", async () => {
  const clock = new FrameClock(display(steady(50, 8)));
  assert.equal(await clock.measure(40), 8);
});

test("phases last whole frames and are shown in order", async () => {
  const clock = new FrameClock(display(steady(200, 10)));
  await clock.measure(20);
  const shown = [];
  const played = await clock.play(phases(shown, { fixation: 52, image: 30, mask: 48 }));
  assert.deepEqual(shown, ["fixation", "image", "mask"]);
  assert.deepEqual(played.frames, { fixation: 5, image: 3, mask: 5 });
  assert.deepEqual(played.flipsMs, { fixation: 0, image: 50, mask: 80 });
  assert.equal(played.endMs - played.startMs, 130);
  assert.equal(played.droppedFrames, 0);
});

test("a phase of no length is left out", async () => {
  const clock = new FrameClock(display(steady(100, 10)));
  await clock.measure(20);
  const shown = [];
  const played = await clock.play(phases(shown, { blank: 0, image: 30 }));
  assert.deepEqual(shown, ["image"]);
  assert.equal(played.endMs - played.startMs, 30);
});

test("frames are counted beside what else happens, the dropped ones too", async () => {
  const clock = new FrameClock(display(steady(400, 10, [24, 25, 26])));
  await clock.measure(20);
  const watched = clock.watch();
  for (let turn = 0; turn < 40; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(watched(), { frameMs: 10, droppedFrames: 3 });
});

test("a frame dropped inside a phase is counted and does not lengthen the phase", async () => {
  const measured = 21; // frames 0 to 20; the trial begins with frame 21
  const clock = new FrameClock(display(steady(100, 10, [measured + 4, measured + 5])));
  await clock.measure(20);
  const played = await clock.play(phases([], { image: 80, mask: 20 }));
  assert.equal(played.flipsMs.mask, 80);
  assert.equal(played.droppedFrames, 2);
});

test("a frame dropped at the end of a phase lengthens it by one, as it is on the display", async () => {
  const measured = 21;
  const clock = new FrameClock(display(steady(100, 10, [measured + 3])));
  await clock.measure(20);
  const played = await clock.play(phases([], { image: 30, mask: 20 }));
  assert.equal(played.flipsMs.mask, 40);
  assert.equal(played.droppedFrames, 1);
});
