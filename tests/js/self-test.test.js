import assert from "node:assert/strict";
import { test } from "node:test";
import "./window.js";
import { csv } from "../../static/self_test/files.js";
import { shuffled } from "../../static/self_test/pictures.js";
import { report } from "../../static/self_test/report.js";
import { judged, quantile, shareWithin } from "../../static/self_test/statistics.js";

const FRAME_MS = 1000 / 60;

/** Pictures of 300 ms, of which `late` were shown two frames too long. */
function pictures(count, late) {
  return Array.from({ length: count }, (_, n) => ({
    requested_ms: 300,
    achieved_ms: (n < late ? 20 : 18) * FRAME_MS,
    frames: 18,
    frame_ms: FRAME_MS,
    dropped_frames: n < late ? 2 : 0,
  }));
}

const machine = {
  browser: 'A "browser", of today',
  window_px: "1366 x 768",
  screen_px: "1920 x 1080",
  device_pixel_ratio: 1,
  clock_step_ms: 0.1,
  indexed_db: true,
  web_locks: false,
  digests: true,
};
const sounds = {
  sample_rate_hz: 48000,
  base_latency_ms: 5.333,
  output_latency_ms: 200,
  played: [20, 21, 22, 23, 60].map((onset_error_ms) => ({ onset_error_ms })),
};
const found = (results) =>
  new Map(report(results).flatMap(({ rows }) => rows.map((row) => [row.name, [row.value, row.verdict]])));

test("quantiles are interpolated", () => {
  assert.equal(quantile([3, 1, 2], 0.5), 2);
  assert.equal(quantile([0, 10], 0.99), 9.9);
  assert.equal(quantile([7], 0.99), 7);
});

test("shares count both sides of the target, the limits included", () => {
  assert.equal(shareWithin([284, 300, 316, 330], 300, 16), 0.75);
});

test("a value is judged by two limits, in either direction", () => {
  assert.deepEqual([0.99, 0.95, 0.9].map((share) => judged(share, 0.99, 0.95)), ["good", "fair", "poor"]);
  assert.deepEqual([10, 30, 31].map((ms) => judged(ms, 10, 30)), ["good", "fair", "poor"]);
});

test("each duration is shown as often as the others", () => {
  const all = shuffled([300, 400], 20);
  assert.equal(all.length, 40);
  assert.equal(all.filter((ms) => ms === 300).length, 20);
});

test("the report says how long pictures were shown, and judges it", () => {
  const rows = found({ pictures: pictures(20, 1), sounds, machine, left: false });
  assert.deepEqual(rows.get("Refresh rate"), [60, ""]);
  assert.deepEqual(rows.get("300 ms asked for: within one frame"), [95, "fair"]);
  assert.deepEqual(rows.get("300 ms asked for: median shown"), [300, ""]);
  assert.deepEqual(rows.get("300 ms asked for: 99th percentile of the error"), [27, ""]); // 19 zeros and 33.33
  assert.deepEqual(rows.get("Dropped frames"), [2, "good"]);
  assert.deepEqual(rows.get("Window left during the test"), [false, "good"]);
});

test("the report says when sounds began, and judges how much that varies", () => {
  const rows = found({ pictures: pictures(4, 0), sounds, machine, left: true });
  assert.deepEqual(rows.get("Onset after the planned moment, median"), [22, ""]);
  assert.deepEqual(rows.get("Onset, largest difference from the median"), [38, "poor"]);
  assert.deepEqual(rows.get("Output latency"), [200, "poor"]);
  assert.deepEqual(rows.get("Window left during the test"), [true, "poor"]);
  assert.deepEqual(rows.get("Guards against a second tab (Web Locks)"), [false, "fair"]);
});

test("what a browser does not tell is said, and no sound is a verdict", () => {
  const silent = { ...sounds, base_latency_ms: null, output_latency_ms: null, played: [] };
  const rows = found({ pictures: pictures(4, 0), sounds: silent, machine, left: false });
  assert.equal(rows.has("Base latency"), false);
  assert.deepEqual(rows.get("Output latency"), ["not told", ""]);
  assert.deepEqual(rows.get("Onset"), ["not told", ""]);
  const none = found({ pictures: pictures(4, 0), sounds: null, machine, left: false });
  assert.deepEqual(none.get("Sound"), ["none", "poor"]);
});

test("the file has a line for each row, and quotes what needs it", () => {
  const parts = report({ pictures: pictures(4, 0), sounds, machine, left: false });
  const lines = csv(parts).split("\r\n");
  assert.equal(lines[0], "part,name,value,unit,verdict,words");
  assert.equal(lines.length, 2 + parts.reduce((sum, { rows }) => sum + rows.length, 0));
  assert(lines.includes('This computer,Browser,"A ""browser"", of today",,,'));
});
