/** The arithmetic of display frames: pure, so that it is tested without a screen. */

/**
 * How many frames a phase lasts on a display with this refresh period; a phase that is asked for lasts at
 * least one.
 * @param {number} durationMs
 * @param {number} frameMs
 */
export function frameCount(durationMs, frameMs) {
  return durationMs <= 0 ? 0 : Math.max(1, Math.round(durationMs / frameMs));
}

/**
 * Whole frames between two flips. Counting by time, not by callbacks, keeps a phase at its length when a
 * frame is dropped inside it.
 * @param {number} fromMs
 * @param {number} toMs
 * @param {number} frameMs
 */
export function framesBetween(fromMs, toMs, frameMs) {
  return Math.round((toMs - fromMs) / frameMs);
}

/**
 * Frames that passed without a flip of ours.
 * @param {number[]} flipsMs ascending
 * @param {number} frameMs
 */
export function droppedFrames(flipsMs, frameMs) {
  let dropped = 0;
  for (let i = 1; i < flipsMs.length; i += 1) {
    dropped += Math.max(0, framesBetween(flipsMs[i - 1], flipsMs[i], frameMs) - 1);
  }
  return dropped;
}

/**
 * @param {number[]} values at least one
 */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
