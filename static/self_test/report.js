/** What the results say, row by row: pure. All times are in ms. */

import { median } from "../participant/frames.js";
import { judged, quantile, shareWithin } from "./statistics.js";

/** @import { Machine } from "./machine.js" */
/** @import { ShownPicture } from "./pictures.js" */
/** @import { Sounds } from "./sounds.js" */

/** As the server judges trials: browsers round their clocks. */
const CLOCK_ROUNDING_MS = 0.5;

/**
 * @typedef {{pictures: ShownPicture[], sounds: Sounds | null, machine: Machine, left: boolean}} Results
 *   `left`: the window lost the focus, or was hidden, during the test
 * @typedef {"good" | "fair" | "poor" | ""} Verdict
 * @typedef {{name: string, value: string | number | boolean, unit: string, verdict: Verdict, words: string}} Row
 * @typedef {{title: string, rows: Row[]}} Part
 */

/** @param {Results} results @returns {Part[]} */
export function report({ pictures, sounds, machine, left }) {
  const parts = [
    { title: "Pictures", rows: [...pictureRows(pictures), leftRow(left)] },
    { title: "Sounds", rows: sounds ? soundRows(sounds) : [noSound] },
    { title: "This computer", rows: machineRows(machine) },
  ];
  return parts;
}

/** @param {ShownPicture[]} pictures */
function pictureRows(pictures) {
  const frameMs = median(pictures.map((picture) => picture.frame_ms));
  const requested = [...new Set(pictures.map((picture) => picture.requested_ms))].sort((a, b) => a - b);
  const dropped = pictures.reduce((sum, picture) => sum + picture.dropped_frames, 0);
  const share = dropped / pictures.length;
  return [
    row("Refresh rate", round(1000 / frameMs), "Hz", "", `A frame lasts ${round(frameMs)} ms.`),
    ...requested.flatMap((ms) => durationRows(ms, frameMs, pictures)),
    row("Dropped frames", dropped, "frames", judged(share, 0.1, 1), `In ${pictures.length} trials.`),
  ];
}

/** @param {number} ms @param {number} frameMs @param {ShownPicture[]} pictures */
function durationRows(ms, frameMs, pictures) {
  const achieved = pictures.filter((picture) => picture.requested_ms === ms).map((picture) => picture.achieved_ms);
  const errors = achieved.map((achievedMs) => Math.abs(achievedMs - ms));
  const share = shareWithin(achieved, ms, frameMs + CLOCK_ROUNDING_MS);
  const words = {
    good: "Exact enough for experiments.",
    fair: "Some pictures are off. Close other programs, or use another browser.",
    poor: "Too many pictures are off: do not use it for experiments with pictures.",
  };
  const verdict = judged(share, 0.99, 0.95);
  const asked = `${ms} ms asked for`;
  return [
    row(`${asked}: within one frame`, round(100 * share), "%", verdict, words[verdict]),
    row(`${asked}: median shown`, round(median(achieved)), "ms", "", `Of ${achieved.length} pictures.`),
    row(`${asked}: 99th percentile of the error`, round(quantile(errors, 0.99)), "ms", "", ""),
  ];
}

/** @param {boolean} left */
const leftRow = (left) =>
  row("Window left during the test", left, "", left ? "poor" : "good", left ? "Please repeat the test." : "");

const noSound = row("Sound", "none", "", "poor", "This browser plays no sound here. Is there a sound device?");

/** @param {Sounds} sounds */
function soundRows({ sample_rate_hz, base_latency_ms, output_latency_ms, played }) {
  const rows = [row("Sampling rate", sample_rate_hz, "Hz", "", "Of the device; sounds are resampled to it.")];
  if (base_latency_ms !== null) rows.push(row("Base latency", round(base_latency_ms), "ms", "", "Of the browser."));
  rows.push(latencyRow(output_latency_ms));
  if (!played.length) return [...rows, row("Onset", "not told", "", "", "The browser does not tell when sounds leave.")];
  const errors = played.map((sound) => sound.onset_error_ms);
  const middle = median(errors);
  const spread = Math.max(...errors.map((error) => Math.abs(error - middle)));
  const words = {
    good: "Sounds begin when they should, after the same delay each time.",
    fair: "The delay varies a little. Close other programs.",
    poor: "The delay varies: do not use it for response times to sounds.",
  };
  const verdict = judged(spread, 10, 30);
  rows.push(row("Onset after the planned moment, median", round(middle), "ms", "", `Of ${errors.length} sounds.`));
  rows.push(row("Onset, largest difference from the median", round(spread), "ms", verdict, words[verdict]));
  return rows;
}

/** @param {number | null} ms */
function latencyRow(ms) {
  if (ms === null) return row("Output latency", "not told", "", "", "The browser does not tell it.");
  const verdict = judged(ms, 60, 150);
  const words = {
    good: "What the device adds before the ear.",
    fair: "Long. Prefer wired headphones.",
    poor: "Very long: wireless headphones? Use wired ones.",
  };
  return row("Output latency", round(ms), "ms", verdict, words[verdict]);
}

/** @param {Machine} machine */
function machineRows(machine) {
  const step = judged(machine.clock_step_ms, 0.2, 1);
  return [
    row("Browser", machine.browser, "", "", ""),
    row("Window", machine.window_px, "CSS px", "", ""),
    row("Screen", machine.screen_px, "CSS px", "", `Device pixel ratio ${round(machine.device_pixel_ratio)}.`),
    row("Step of the clock", round(machine.clock_step_ms), "ms", step, "Times are no more exact than this."),
    has("Keeps answers (IndexedDB)", machine.indexed_db, "Answers are lost if the page is closed while offline."),
    has("Guards against a second tab (Web Locks)", machine.web_locks, "Two tabs may run one session."),
    has("Checks files (digests)", machine.digests, "Serve the site over HTTPS, or damaged files may be shown."),
  ];
}

/** @param {string} name @param {boolean} there @param {string} otherwise */
function has(name, there, otherwise) {
  return row(name, there, "", there ? "good" : "fair", there ? "" : otherwise);
}

/**
 * @param {string} name
 * @param {string | number | boolean} value
 * @param {string} unit
 * @param {Verdict} verdict
 * @param {string} words
 * @returns {Row}
 */
function row(name, value, unit, verdict, words) {
  return { name, value, unit, verdict, words };
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 100) / 100;
}
