/** The display's clock: waits for frames, measures their period, and shows phases for a number of them. */

import { droppedFrames, frameCount, framesBetween, median } from "./frames.js";

const REMEMBERED_INTERVALS = 120;
const ASSUMED_FRAME_MS = 1000 / 60;

/**
 * @typedef {object} Phase
 * @property {string} name
 * @property {number} durationMs 0: the phase is left out
 * @property {() => void} show draws the phase; runs in the frame in which the phase begins
 *
 * @typedef {object} Played
 * @property {number} startMs time of the first flip, on the clock of performance.now()
 * @property {number} endMs time of the flip that ends the last phase
 * @property {Record<string, number>} flipsMs onset of each phase, counted from startMs
 * @property {Record<string, number>} frames frames that each phase was asked to last
 * @property {number} frameMs the refresh period that was used
 * @property {number} droppedFrames
 */

export class FrameClock {
  /** @type {number[]} */
  #intervals = [];
  /** @type {number | null} */
  #lastFlipMs = null;
  #requestFrame;

  /** @param {(callback: (timeMs: number) => void) => void} requestFrame */
  constructor(requestFrame = (callback) => void requestAnimationFrame(callback)) {
    this.#requestFrame = requestFrame;
  }

  /** The display's refresh period: the median of the intervals seen last. */
  get frameMs() {
    return this.#intervals.length ? median(this.#intervals) : ASSUMED_FRAME_MS;
  }

  /**
   * Time of the next frame. What follows the `await` runs inside that frame, before it is painted.
   * @returns {Promise<number>}
   */
  nextFrame() {
    return new Promise((resolve) => {
      this.#requestFrame((timeMs) => {
        if (this.#lastFlipMs !== null) this.#remember(timeMs - this.#lastFlipMs);
        this.#lastFlipMs = timeMs;
        resolve(timeMs);
      });
    });
  }

  /** Watches that many frames, so that the period is known before the first trial. */
  async measure(frames = 40) {
    this.#lastFlipMs = null;
    for (let i = 0; i <= frames; i += 1) await this.nextFrame();
    return this.frameMs;
  }

  /**
   * Shows the phases one after the other. The caller draws what comes next as soon as this resolves: it is
   * still inside the frame of `endMs`.
   * @param {Phase[]} phases
   * @returns {Promise<Played>}
   */
  async play(phases) {
    const frameMs = this.frameMs;
    this.#lastFlipMs = null;
    let now = await this.nextFrame();
    const startMs = now;
    const flips = [now];
    /** @type {Record<string, number>} */
    const flipsMs = {};
    /** @type {Record<string, number>} */
    const frames = {};
    for (const phase of phases) {
      const onset = now;
      frames[phase.name] = frameCount(phase.durationMs, frameMs);
      flipsMs[phase.name] = onset - startMs;
      if (frames[phase.name] > 0) phase.show();
      while (framesBetween(onset, now, frameMs) < frames[phase.name]) {
        now = await this.nextFrame();
        flips.push(now);
      }
    }
    return { startMs, endMs: now, flipsMs, frames, frameMs, droppedFrames: droppedFrames(flips, frameMs) };
  }

  /**
   * Counts frames beside whatever else happens, until the function is called that this returns.
   * @returns {() => {frameMs: number, droppedFrames: number}}
   */
  watch() {
    /** @type {number[]} */
    const flips = [];
    let watching = true;
    this.#lastFlipMs = null;
    const count = async () => {
      while (watching) flips.push(await this.nextFrame());
    };
    void count();
    return () => {
      watching = false;
      return { frameMs: this.frameMs, droppedFrames: droppedFrames(flips, this.frameMs) };
    };
  }

  /** @param {number} intervalMs */
  #remember(intervalMs) {
    this.#intervals.push(intervalMs);
    if (this.#intervals.length > REMEMBERED_INTERVALS) this.#intervals.shift();
  }
}
