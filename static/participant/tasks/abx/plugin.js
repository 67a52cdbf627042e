/**
 * An ABX trial as a jsPsych plugin: fixation cross, A, gap, B, gap, X, gap, and the question which of the first two
 * the third was, without time limit (Kamao et al. 2025). Each change of the screen happens in an animation frame,
 * and each phase lasts a whole number of frames.
 */

import { windowRecord } from "../../dom.js";
import { simulated } from "../../simulation.js";
import { info } from "./info.js";
import { press, simulatedData } from "./simulated.js";

/** @import { JsPsych } from "jspsych" */
/** @import { Attention } from "../../attention.js" */
/** @import { FrameClock, Played } from "../../clock.js" */
/** @import { Picture } from "../../types.js" */
/** @import { AbxDurations, AbxPlacement, LoadedAbx } from "./types.js" */
/** @import { AbxStage } from "./stage.js" */

/**
 * @typedef {object} OfTrial
 * @property {() => Promise<LoadedAbx>} load
 * @property {(imagePx: number) => AbxPlacement} placement of pictures of that side in px of their own
 * @property {string} progress
 * @property {AbxStage} stage
 * @property {FrameClock} clock
 * @property {Attention} attention
 *
 * @typedef {OfTrial & AbxDurations} AbxParameters
 */

export class AbxPlugin {
  static info = info;

  /** @param {JsPsych} jsPsych */
  constructor(jsPsych) {
    this.jsPsych = jsPsych;
  }

  /**
   * @param {HTMLElement} display
   * @param {AbxParameters} trial
   * @param {() => void} [onLoad]
   */
  async trial(display, trial, onLoad) {
    const { stage, clock, attention } = trial;
    stage.open(display, trial.progress);
    onLoad?.();
    const { stacked } = await trial.load();
    await stage.startedAt(() => trial.placement(stacked.width));
    attention.reset();
    const placed = stage.record;
    const played = await clock.play(phases(trial, stacked));
    const { name, timeMs, pressed } = await stage.choose();
    const onsetMs = played.startMs + played.flipsMs.response;
    return {
      answer: name,
      rt_ms: Math.max(0, timeMs - onsetMs),
      timing: {
        ...timingRecord(trial, played),
        pressed,
        gaze_tracked: false,
        ...attention.record,
        ...windowRecord(),
        ...placed,
      },
    };
  }

  /**
   * @param {AbxParameters} trial
   * @param {"data-only" | "visual"} mode
   * @param {{data?: object}} options
   * @param {() => void} onLoad
   */
  async simulate(trial, mode, options, onLoad) {
    const data = { ...simulatedData(trial, this.jsPsych), ...options.data };
    return simulated(this, trial, mode, data, onLoad, () => press(trial, data));
  }
}

/** @param {AbxParameters} trial @param {Picture} stacked */
function phases({ stage, fixation_ms, picture_ms, gap_ms, last_gap_ms }, stacked) {
  const gap = () => stage.gap();
  return [
    { name: "fixation", durationMs: fixation_ms, show: () => stage.fixation() },
    { name: "a", durationMs: picture_ms, show: () => stage.picture(stacked, "a") },
    { name: "gap_1", durationMs: gap_ms, show: gap },
    { name: "b", durationMs: picture_ms, show: () => stage.picture(stacked, "b") },
    { name: "gap_2", durationMs: gap_ms, show: gap },
    { name: "x", durationMs: picture_ms, show: () => stage.picture(stacked, "x") },
    { name: "gap_3", durationMs: last_gap_ms, show: gap },
    { name: "response", durationMs: 0, show: () => undefined },
  ];
}

/**
 * @param {AbxDurations} asked
 * @param {Played} played
 */
function timingRecord({ picture_ms }, { flipsMs, frames, frameMs, droppedFrames }) {
  const { fixation, a, gap_1, b, gap_2, x, gap_3, response } = flipsMs;
  return {
    requested_picture_ms: picture_ms,
    picture_frames: frames.a,
    frame_ms: frameMs,
    flips_ms: { fixation, a, gap_1, b, gap_2, x, gap_3, response },
    achieved_a_ms: gap_1 - a,
    achieved_b_ms: gap_2 - b,
    achieved_x_ms: gap_3 - x,
    dropped_frames: droppedFrames,
  };
}
