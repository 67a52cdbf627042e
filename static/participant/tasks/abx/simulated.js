/** A simulated participant's ABX trial. */

import { windowRecord } from "../../dom.js";

/** @import { JsPsych } from "jspsych" */
/** @import { AbxParameters } from "./plugin.js" */

const FRAME_MS = 1000 / 60;
const IMAGE_PX = 224;

/**
 * What somebody who guesses would give on a perfect display of 60 Hz.
 * @param {AbxParameters} trial
 * @param {JsPsych} jsPsych
 */
export function simulatedData(trial, jsPsych) {
  const shown = whole(trial.picture_ms);
  const gap = whole(trial.gap_ms);
  const a = whole(trial.fixation_ms);
  const [b, x] = [a + shown + gap, a + 2 * (shown + gap)];
  const { px_per_degree, scale, shown_px, eccentricity_px } = trial.placement(IMAGE_PX);
  return {
    answer: jsPsych.randomization.sampleWithoutReplacement(["first", "second"], 1)[0],
    rt_ms: jsPsych.randomization.sampleExGaussian(700, 150, 1 / 300, true),
    timing: {
      requested_picture_ms: trial.picture_ms,
      picture_frames: Math.round(trial.picture_ms / FRAME_MS),
      frame_ms: FRAME_MS,
      flips_ms: {
        ...{ fixation: 0, a, gap_1: a + shown, b, gap_2: b + shown, x, gap_3: x + shown },
        response: x + shown + whole(trial.last_gap_ms),
      },
      ...{ achieved_a_ms: shown, achieved_b_ms: shown, achieved_x_ms: shown },
      dropped_frames: 0,
      pressed: "key",
      gaze_tracked: false,
      focus_losses: 0,
      hidden: false,
      ...windowRecord(),
      ...{ shown_px, eccentricity_px, px_per_degree, scale },
      window_small: false,
    },
  };
}

/**
 * Goes through the real trial with what was made up.
 * @param {AbxParameters} trial
 * @param {{answer: string, rt_ms: number}} data
 */
export function press({ stage, fixation_ms, picture_ms, gap_ms, last_gap_ms }, { answer, rt_ms }) {
  const click = (/** @type {string} */ selector) =>
    stage.element.querySelector(selector)?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  const shownMs = fixation_ms + 3 * picture_ms + 2 * gap_ms + last_gap_ms;
  setTimeout(click, 300, ".start");
  setTimeout(click, 600 + shownMs + rt_ms, `[data-choice="${answer}"]`);
}

/** @param {number} ms */
function whole(ms) {
  return Math.round(ms / FRAME_MS) * FRAME_MS;
}
