/**
 * Silent sounds, scheduled as the experiments' are. The audio context tells which of its samples leaves for the
 * device at which moment: that of the first sample is compared with the moment that was planned.
 */

import { within } from "../participant/signal.js";

const SOUNDS = 20;
const LEAD_MS = 50;
const SOUND_MS = 100;
const PATIENCE_MS = 5000;

/**
 * @typedef {object} Sounds
 * @property {number} sample_rate_hz
 * @property {number | null} base_latency_ms
 * @property {number | null} output_latency_ms
 * @property {{onset_error_ms: number}[]} played the first sample's moment less the planned one; none where the
 *   browser does not tell
 */

/**
 * Must be called within a press: browsers make no sound before one.
 * @returns {Promise<Sounds | null>} null where no sound can be played
 */
export async function playSounds() {
  if (typeof AudioContext !== "function") return null;
  const context = new AudioContext();
  try {
    await within(context.resume(), PATIENCE_MS);
    return await played(context);
  } catch {
    return null;
  } finally {
    void context.close().catch(() => undefined);
  }
}

/** @param {AudioContext} context */
async function played(context) {
  const silence = context.createBuffer(1, Math.ceil((context.sampleRate * SOUND_MS) / 1000), context.sampleRate);
  /** @type {{onset_error_ms: number}[]} */
  const sounds = [];
  for (let n = 0; n < SOUNDS; n += 1) {
    const error = await within(onsetErrorMs(context, silence), PATIENCE_MS);
    if (error !== null) sounds.push({ onset_error_ms: error });
  }
  return {
    sample_rate_hz: context.sampleRate,
    base_latency_ms: milliseconds(context.baseLatency),
    output_latency_ms: milliseconds(context.outputLatency),
    played: sounds,
  };
}

/**
 * Plays the sound to its end; null where the browser does not tell when it left.
 * @param {AudioContext} context
 * @param {AudioBuffer} sound
 * @returns {Promise<number | null>}
 */
function onsetErrorMs(context, sound) {
  const source = context.createBufferSource();
  source.buffer = sound;
  source.connect(context.destination);
  const plannedMs = performance.now() + LEAD_MS;
  const startS = context.currentTime + LEAD_MS / 1000;
  source.start(startS);
  return new Promise((resolve) => {
    source.addEventListener("ended", () => {
      const { contextTime, performanceTime } = context.getOutputTimestamp?.() ?? {};
      // Before anything has left for the device, both are 0.
      if (!contextTime || !performanceTime) return resolve(null);
      resolve(performanceTime + (startS - contextTime) * 1000 - plannedMs);
    });
  });
}

/** @param {number | undefined} seconds */
function milliseconds(seconds) {
  return seconds === undefined ? null : seconds * 1000;
}
