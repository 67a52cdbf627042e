/** What this browser and computer are, and what they lack. */

import { digestsChecked } from "../participant/digest.js";
import { within } from "../participant/signal.js";

const PATIENCE_MS = 2000;
const CLOCK_STEPS = 50;

/**
 * @typedef {object} Machine
 * @property {string} browser
 * @property {string} window_px
 * @property {string} screen_px
 * @property {number} device_pixel_ratio
 * @property {number} clock_step_ms the smallest step that performance.now() makes
 * @property {boolean} indexed_db
 * @property {boolean} web_locks
 * @property {boolean} digests
 */

/** @returns {Promise<Machine>} */
export async function describeMachine() {
  return {
    browser: navigator.userAgent,
    window_px: `${innerWidth} x ${innerHeight}`,
    screen_px: `${screen.width} x ${screen.height}`,
    device_pixel_ratio: devicePixelRatio,
    clock_step_ms: clockStepMs(),
    indexed_db: await canKeep(),
    web_locks: Boolean(navigator.locks),
    digests: digestsChecked,
  };
}

/** Browsers round their clocks, some of them to many ms. */
function clockStepMs() {
  let smallest = Infinity;
  for (let step = 0; step < CLOCK_STEPS; step += 1) {
    const before = performance.now();
    let after = before;
    while (after === before) after = performance.now();
    smallest = Math.min(smallest, after - before);
  }
  return smallest;
}

/** Whether a database can be opened: some browsers refuse it, and some never answer. */
async function canKeep() {
  const name = "metamerlab-check";
  try {
    const request = indexedDB.open(name);
    const opened = new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result.close());
      request.onerror = () => reject(request.error);
    });
    await within(opened, PATIENCE_MS);
    indexedDB.deleteDatabase(name);
    return true;
  } catch {
    return false;
  }
}
