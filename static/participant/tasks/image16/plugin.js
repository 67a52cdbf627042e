/**
 * A trial of 16-way image recognition as a jsPsych plugin: blank, fixation cross, picture, mask, and a grid of
 * icons. It stays until one is chosen (Feather et al. 2023), or for a fixed interval in which the last choice
 * counts (Geirhos et al. 2018). Each change of the screen happens in an animation frame, and each phase lasts a
 * whole number of frames.
 */

import { windowRecord } from "../../dom.js";
import { simulated } from "../../simulation.js";
import { info } from "./info.js";
import { NO_ANSWER } from "./no_answer.js";
import { press, simulatedData } from "./simulated.js";

/** @import { JsPsych } from "jspsych" */
/** @import { Attention } from "../../attention.js" */
/** @import { FrameClock, Played } from "../../clock.js" */
/** @import { PictureStage } from "./stage.js" */
/** @import { Choice, Click, Durations, LoadedPicture, PictureRecord } from "../../types.js" */

/**
 * @typedef {object} Image16Parameters
 * @property {() => Promise<LoadedPicture>} load
 * @property {Choice[]} choices
 * @property {boolean} automatic
 * @property {string} progress
 * @property {PictureStage} stage
 * @property {FrameClock} clock
 * @property {Attention} attention
 */

export class Image16Plugin {
  static info = info;

  /** @param {JsPsych} jsPsych */
  constructor(jsPsych) {
    this.jsPsych = jsPsych;
  }

  /**
   * @param {HTMLElement} display
   * @param {Image16Parameters & Durations} trial
   * @param {() => void} [onLoad]
   */
  async trial(display, trial, onLoad) {
    const { stage, clock, attention } = trial;
    const follows = this.#follows(trial);
    if (follows) stage.follow(display, trial.progress);
    else stage.open(display, trial.progress);
    onLoad?.();
    const [{ image, mask }] = await Promise.all([trial.load(), stage.grid.ready()]);
    stage.begin();
    if (!follows) await stage.started();
    attention.reset();
    const size = { shown_px: stage.shownPx, window_small: stage.small };
    const played = await clock.play([
      { name: "blank", durationMs: trial.blank_ms, show: () => stage.blank() },
      { name: "fixation", durationMs: trial.fixation_ms, show: () => stage.fixation() },
      { name: "image", durationMs: trial.image_ms, show: () => stage.picture(image) },
      { name: "mask", durationMs: trial.mask_ms, show: () => stage.picture(mask) },
      { name: "response", durationMs: trial.response_ms ?? 0, show: () => stage.gather() },
    ]);
    const clicks = trial.response_ms === null ? [await stage.choose()] : stage.gathered();
    const timing = { ...timingRecord(trial, played), ...attention.record, ...windowRecord(), ...size };
    return answered(clicks, played.startMs + played.flipsMs.response, timing);
  }

  /**
   * Whether the trial begins by itself: not the first of a block, nor one that nobody would see.
   * @param {Image16Parameters} trial
   */
  #follows({ automatic }) {
    const first = this.jsPsych.getProgress().current_trial_global === 0;
    return automatic && !first && !document.hidden && document.hasFocus();
  }

  /**
   * @param {Image16Parameters & Durations} trial
   * @param {"data-only" | "visual"} mode
   * @param {{data?: object}} options
   * @param {() => void} onLoad
   */
  async simulate(trial, mode, options, onLoad) {
    const data = { ...simulatedData(trial, this.jsPsych), ...options.data };
    return simulated(this, trial, mode, data, onLoad, () => press(trial, data, !this.#follows(trial)));
  }
}

/**
 * The last click counts.
 * @param {Click[]} clicks
 * @param {number} onsetMs of the grid, on the clock of performance.now()
 * @param {Omit<PictureRecord, "clicks">} timing
 */
function answered(clicks, onsetMs, timing) {
  const noted = clicks.map(({ name, timeMs }) => ({ name, ms: Math.max(0, timeMs - onsetMs) }));
  const last = noted.at(-1);
  return { answer: last?.name ?? NO_ANSWER, rt_ms: last?.ms ?? null, timing: { ...timing, clicks: noted } };
}

/**
 * @param {Durations} asked
 * @param {Played} played
 */
function timingRecord({ image_ms, response_ms }, { startMs, endMs, flipsMs, frames, frameMs, droppedFrames }) {
  const { fixation, image, mask, response } = flipsMs;
  return {
    requested_image_ms: image_ms,
    image_frames: frames.image,
    frame_ms: frameMs,
    flips_ms: { fixation, image, mask, response },
    achieved_image_ms: mask - image,
    dropped_frames: droppedFrames,
    requested_response_ms: response_ms,
    achieved_response_ms: response_ms === null ? null : endMs - startMs - response,
  };
}
