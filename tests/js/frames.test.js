import assert from "node:assert/strict";
import { test } from "node:test";
import { droppedFrames, frameCount, framesBetween, median } from "../../static/participant/frames.js";

test("a duration becomes the nearest whole number of frames", () => {
  assert.equal(frameCount(300, 1000 / 60), 18);
  assert.equal(frameCount(300, 1000 / 144), 43); // 43.2
  assert.equal(frameCount(500, 1000 / 75), 38); // 37.5, rounded up
  assert.equal(frameCount(300, 1000 / 30), 9);
});

test("what is asked for lasts at least one frame, and nothing lasts none", () => {
  assert.equal(frameCount(3, 1000 / 60), 1);
  assert.equal(frameCount(0, 1000 / 60), 0);
});

test("frames between flips are counted by time and forgive jitter", () => {
  assert.equal(framesBetween(100, 400.2, 16.67), 18);
  assert.equal(framesBetween(100, 397, 16.67), 18);
});

test("a gap of three periods hides two frames", () => {
  assert.equal(droppedFrames([0, 10, 20, 50, 60], 10), 2);
  assert.equal(droppedFrames([0, 10.4, 19.7, 30], 10), 0);
  assert.equal(droppedFrames([5], 10), 0);
});

test("the median ignores order and the odd outlier", () => {
  assert.equal(median([17, 16, 500]), 17);
  assert.equal(median([4, 1, 3, 2]), 2.5);
});
