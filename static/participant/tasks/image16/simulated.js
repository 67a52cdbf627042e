/** A simulated participant's trial with a picture. */

import { windowRecord } from "../../dom.js";
import { NO_ANSWER } from "./no_answer.js";

/** @import { JsPsych } from "jspsych" */
/** @import { Durations } from "../../types.js" */
/** @import { Image16Parameters } from "./plugin.js" */

const FRAME_MS = 1000 / 60;

/**
 * What an observer without eyes would give on a perfect display of 60 Hz; nothing, if it would be too late.
 * @param {Image16Parameters & Durations} trial
 * @param {JsPsych} jsPsych
 */
export function simulatedData(trial, jsPsych) {
  const fixation = whole(trial.blank_ms);
  const image = fixation + whole(trial.fixation_ms);
  const mask = image + whole(trial.image_ms);
  const { name } = jsPsych.randomization.sampleWithoutReplacement(trial.choices, 1)[0];
  const ms = jsPsych.randomization.sampleExGaussian(700, 150, 1 / 300, true);
  const inTime = trial.response_ms === null || ms < trial.response_ms;
  return {
    answer: inTime ? name : NO_ANSWER,
    rt_ms: inTime ? ms : null,
    timing: {
      requested_image_ms: trial.image_ms,
      image_frames: Math.round(trial.image_ms / FRAME_MS),
      frame_ms: FRAME_MS,
      flips_ms: { fixation, image, mask, response: mask + whole(trial.mask_ms) },
      achieved_image_ms: mask - image,
      dropped_frames: 0,
      requested_response_ms: trial.response_ms,
      achieved_response_ms: trial.response_ms === null ? null : whole(trial.response_ms),
      focus_losses: 0,
      hidden: false,
      ...windowRecord(),
      shown_px: 224,
      window_small: false,
      clicks: inTime ? [{ name, ms }] : [],
    },
  };
}

/**
 * Goes through the real trial with what was made up.
 * @param {Image16Parameters & Durations} trial
 * @param {{answer: string, rt_ms: number | null}} data
 * @param {boolean} starts whether the trial waits for a press
 */
export function press(trial, data, starts) {
  const click = (/** @type {string} */ selector) =>
    trial.stage.element.querySelector(selector)?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  const shownMs = trial.blank_ms + trial.fixation_ms + trial.image_ms + trial.mask_ms;
  if (starts) setTimeout(click, 300, ".start");
  if (data.rt_ms === null) return;
  setTimeout(click, (starts ? 600 : 100) + shownMs + data.rt_ms, `[data-choice="${data.answer}"]`);
}

/** @param {number} ms */
function whole(ms) {
  return Math.round(ms / FRAME_MS) * FRAME_MS;
}
