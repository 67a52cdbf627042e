/** Pictures of noise, shown by the clock that shows the experiments' pictures. */

/** @import { FrameClock } from "../participant/clock.js" */

const FIXATION_MS = 100;
const MASK_MS = 100;
/** Trials begin at any moment of a frame, as presses do. */
const SHORTEST_PAUSE_MS = 150;
const CHANCE_PAUSE_MS = 50;
export const TRIAL_MS = FIXATION_MS + MASK_MS + SHORTEST_PAUSE_MS + CHANCE_PAUSE_MS;

/**
 * @typedef {object} ShownPicture
 * @property {number} requested_ms
 * @property {number} achieved_ms from the frame that showed the picture to the frame that removed it
 * @property {number} frames
 * @property {number} frame_ms
 * @property {number} dropped_frames
 */

/**
 * Shows a picture for each of the durations, one after the other.
 * @param {HTMLCanvasElement} canvas
 * @param {FrameClock} clock
 * @param {number[]} durationsMs one for each trial
 * @param {(done: number) => void} onTrial told between trials, when no time is counted
 * @returns {Promise<ShownPicture[]>}
 */
export async function showPictures(canvas, clock, durationsMs, onTrial) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
  const [picture, mask] = await Promise.all([noise(canvas), noise(canvas)]);
  const grey = () => {
    context.fillStyle = "#808080";
    context.fillRect(0, 0, canvas.width, canvas.height);
  };
  const shown = [];
  for (const durationMs of durationsMs) {
    grey();
    await pause(SHORTEST_PAUSE_MS + CHANCE_PAUSE_MS * Math.random());
    const played = await clock.play([
      { name: "fixation", durationMs: FIXATION_MS, show: grey },
      { name: "picture", durationMs, show: () => context.drawImage(picture, 0, 0) },
      { name: "mask", durationMs: MASK_MS, show: () => context.drawImage(mask, 0, 0) },
    ]);
    grey();
    shown.push({
      requested_ms: durationMs,
      achieved_ms: played.flipsMs.mask - played.flipsMs.picture,
      frames: played.frames.picture,
      frame_ms: played.frameMs,
      dropped_frames: played.droppedFrames,
    });
    onTrial(shown.length);
  }
  return shown;
}

/**
 * Each duration so many times, in random order.
 * @param {number[]} durationsMs
 * @param {number} times
 */
export function shuffled(durationsMs, times) {
  const all = durationsMs.flatMap((ms) => Array.from({ length: times }, () => ({ ms, place: Math.random() })));
  return all.sort((one, other) => one.place - other.place).map(({ ms }) => ms);
}

/** @param {HTMLCanvasElement} canvas for whose size the picture is @returns {Promise<CanvasImageSource>} */
async function noise({ width, height }) {
  const image = new ImageData(width, height);
  image.data.forEach((_, i) => (image.data[i] = i % 4 === 3 ? 255 : 64 + 128 * Math.random()));
  if (typeof createImageBitmap === "function") return createImageBitmap(image);
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  canvas.getContext("2d")?.putImageData(image, 0, 0);
  return canvas;
}

/** @param {number} ms */
function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
