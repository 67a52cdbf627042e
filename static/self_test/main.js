/** The test of a computer: pictures, sounds, the machine; then tables and files. Nothing leaves the browser. */

import { Attention } from "../participant/attention.js";
import { FrameClock } from "../participant/clock.js";
import { csv } from "./files.js";
import { describeMachine } from "./machine.js";
import { showPictures, shuffled, TRIAL_MS } from "./pictures.js";
import { report } from "./report.js";
import { playSounds } from "./sounds.js";
import { table } from "./tables.js";

/** @import { Results } from "./report.js" */

/** The sounds and the measuring of the frames. */
const REST_MS = 5000;

const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const form = /** @type {HTMLFormElement} */ (byId("test"));
const durationsMs = /** @type {string} */ (form.dataset.durations).split(" ").map(Number);
const number = /** @type {HTMLSelectElement} */ (byId("trials"));
const attention = new Attention(() => undefined);

/** @returns {Promise<Results>} */
async function runTest() {
  const sounds = playSounds(); // begins with the press; sounds and pictures do not share a thread
  const machine = await describeMachine();
  const heard = await sounds;
  byId("screen").hidden = false;
  const clock = new FrameClock();
  await clock.measure();
  attention.reset();
  const asked = shuffled(durationsMs, Number(number.value));
  const progress = /** @type {HTMLProgressElement} */ (document.querySelector("#screen progress"));
  const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector("#screen canvas"));
  const pictures = await showPictures(canvas, clock, asked, (done) => (progress.value = done / asked.length));
  const { focus_losses, hidden } = attention.record;
  return { pictures, sounds: heard, machine, left: hidden || focus_losses > 0 };
}

/** @param {Results} results */
function show(results) {
  const parts = report(results);
  byId("tables").replaceChildren(...parts.map(table));
  offer("csv", "text/csv", csv(parts));
  const measured_at = new Date().toISOString();
  offer("json", "application/json", JSON.stringify({ measured_at, ...results, report: parts }, null, 2));
  byId("results").hidden = false;
}

/** @param {string} id of the link @param {string} type @param {string} text */
function offer(id, type, text) {
  const link = /** @type {HTMLAnchorElement} */ (byId(id));
  if (link.href) URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(new Blob([text], { type }));
}

function tellDuration() {
  const sumMs = durationsMs.reduce((sum, ms) => sum + ms + TRIAL_MS, 0);
  const seconds = Math.round((Number(number.value) * sumMs + REST_MS) / 1000);
  byId("lasts").textContent = `This takes about ${seconds} seconds.`;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  byId("results").hidden = true;
  byId("state").textContent = "The test is running. Silent sounds come first.";
  form.hidden = true;
  try {
    show(await runTest());
    byId("state").textContent = "The test is over.";
  } catch (error) {
    byId("state").textContent = `The test failed: ${error instanceof Error ? error.message : error}`;
  }
  byId("screen").hidden = true;
  form.hidden = false;
});
number.addEventListener("change", tellDuration);
tellDuration();
