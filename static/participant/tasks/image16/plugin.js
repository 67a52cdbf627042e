/**
 * A trial of 16-way image recognition as a jsPsych plugin: blank, fixation cross, picture, mask, and a grid of
 * icons that stays until one is chosen (Feather et al. 2023, after Geirhos et al. 2018). Each change of the
 * screen happens in an animation frame, and each phase lasts a whole number of frames.
 */

import { ParameterType } from "../../../vendor/jspsych.js";
import { windowRecord } from "../../dom.js";
import { simulated } from "../../simulation.js";

/** @import { JsPsych } from "jspsych" */
/** @import { Attention } from "../../attention.js" */
/** @import { FrameClock, Played } from "../../clock.js" */
/** @import { PictureStage } from "./stage.js" */
/** @import { Choice, Durations, LoadedPicture, PictureRecord } from "../../types.js" */

/**
 * @typedef {object} Image16Parameters
 * @property {() => Promise<LoadedPicture>} load
 * @property {Choice[]} choices
 * @property {string} progress
 * @property {PictureStage} stage
 * @property {FrameClock} clock
 * @property {Attention} attention
 */

const flips = {
  /** Onset of the fixation cross. */
  fixation: { type: ParameterType.FLOAT },
  /** Onset of the picture. */
  image: { type: ParameterType.FLOAT },
  /** Onset of the mask, and with it the end of the picture. */
  mask: { type: ParameterType.FLOAT },
  /** Onset of the response grid, from which the response time counts. */
  response: { type: ParameterType.FLOAT },
};

const info = {
  name: "metamerlab-image16",
  version: "1.0.0",
  parameters: {
    /** Gives the trial's decoded picture and mask; the trial can be started when it resolves. */
    load: { type: ParameterType.FUNCTION },
    /** The response categories: name (what is stored), label, and address of the icon, in grid order. */
    choices: { type: ParameterType.OBJECT, array: true },
    /** Grey screen before the fixation cross, ms; 0 leaves it out. */
    blank_ms: { type: ParameterType.INT, default: 500 },
    /** Fixation cross, ms. */
    fixation_ms: { type: ParameterType.INT, default: 300 },
    /** Picture, ms. */
    image_ms: { type: ParameterType.INT, default: 300 },
    /** Mask, ms; 0 leaves it out. */
    mask_ms: { type: ParameterType.INT, default: 300 },
    /** How far the participant has come, in words. */
    progress: { type: ParameterType.STRING, default: "" },
    /** The screen elements, made once for all trials; given as a function, for jsPsych copies objects. */
    stage: { type: ParameterType.OBJECT },
    /** The display's clock, made once for all trials; given as a function. */
    clock: { type: ParameterType.OBJECT },
    /** The watch over focus and visibility; given as a function. */
    attention: { type: ParameterType.OBJECT },
  },
  data: {
    /** Name of the chosen category. */
    answer: { type: ParameterType.STRING },
    /** From the flip that showed the grid to the choice, ms, on the clock of performance.now(). */
    rt_ms: { type: ParameterType.FLOAT },
    /** What the display did. Times in ms. */
    timing: {
      type: ParameterType.COMPLEX,
      nested: {
        /** Duration asked for. */
        requested_image_ms: { type: ParameterType.INT },
        /** The same in whole frames of this display. */
        image_frames: { type: ParameterType.INT },
        /** Measured refresh period of the display. */
        frame_ms: { type: ParameterType.FLOAT },
        /** Onsets, counted from the flip that began the trial. */
        flips_ms: { type: ParameterType.COMPLEX, nested: flips },
        /** From the picture's flip to the flip that removed it. */
        achieved_image_ms: { type: ParameterType.FLOAT },
        /** Frames that passed without us, from the trial's beginning to the grid. */
        dropped_frames: { type: ParameterType.INT },
        /** How often the window lost the focus in this trial, the response included. */
        focus_losses: { type: ParameterType.INT },
        /** Whether the page was hidden at any time in this trial. */
        hidden: { type: ParameterType.BOOL },
        /** Inner width of the window, CSS px. */
        window_width_px: { type: ParameterType.INT },
        /** Inner height of the window, CSS px. */
        window_height_px: { type: ParameterType.INT },
        /** Device pixels per CSS px. */
        device_pixel_ratio: { type: ParameterType.FLOAT },
        /** Whether a program had translated the page. */
        translated: { type: ParameterType.BOOL },
        /** Side of the picture as it was shown, CSS px. */
        shown_px: { type: ParameterType.FLOAT },
        /** Whether the window was too small to show it at its size. */
        window_small: { type: ParameterType.BOOL },
      },
    },
  },
};

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
    stage.open(display, trial.progress);
    onLoad?.();
    const [{ image, mask }] = await Promise.all([trial.load(), stage.grid.ready()]);
    await stage.started();
    attention.reset();
    const size = { shown_px: stage.shownPx, window_small: stage.small };
    const played = await clock.play([
      { name: "blank", durationMs: trial.blank_ms, show: () => stage.blank() },
      { name: "fixation", durationMs: trial.fixation_ms, show: () => stage.fixation() },
      { name: "image", durationMs: trial.image_ms, show: () => stage.picture(image) },
      { name: "mask", durationMs: trial.mask_ms, show: () => stage.picture(mask) },
    ]);
    const { name, timeMs } = await stage.choose();
    const rtMs = Math.max(0, timeMs - played.endMs);
    return { answer: name, rt_ms: rtMs, timing: { ...timingRecord(trial.image_ms, played, attention), ...size } };
  }

  /**
   * @param {Image16Parameters & Durations} trial
   * @param {"data-only" | "visual"} mode
   * @param {{data?: object}} options
   * @param {() => void} onLoad
   */
  async simulate(trial, mode, options, onLoad) {
    const data = { ...simulatedData(trial, this.jsPsych), ...options.data };
    const press = (/** @type {string} */ selector) =>
      trial.stage.element.querySelector(selector)?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    const shownMs = trial.blank_ms + trial.fixation_ms + trial.image_ms + trial.mask_ms;
    return simulated(this, trial, mode, data, onLoad, () => {
      setTimeout(press, 300, ".start");
      setTimeout(press, 600 + shownMs + data.rt_ms, `[data-choice="${data.answer}"]`);
    });
  }
}

/**
 * @param {number} requestedMs
 * @param {Played} played
 * @param {Attention} attention
 * @returns {Omit<PictureRecord, "shown_px" | "window_small">}
 */
function timingRecord(requestedMs, played, attention) {
  const { fixation, image, mask } = played.flipsMs;
  return {
    requested_image_ms: requestedMs,
    image_frames: played.frames.image,
    frame_ms: played.frameMs,
    flips_ms: { fixation, image, mask, response: played.endMs - played.startMs },
    achieved_image_ms: mask - image,
    dropped_frames: played.droppedFrames,
    ...attention.record,
    ...windowRecord(),
  };
}

/**
 * What an observer without eyes would give on a perfect display of 60 Hz.
 * @param {Image16Parameters & Durations} trial
 * @param {JsPsych} jsPsych
 */
function simulatedData(trial, jsPsych) {
  const frameMs = 1000 / 60;
  const whole = (/** @type {number} */ ms) => Math.round(ms / frameMs) * frameMs;
  const fixation = whole(trial.blank_ms);
  const image = fixation + whole(trial.fixation_ms);
  const mask = image + whole(trial.image_ms);
  return {
    answer: jsPsych.randomization.sampleWithoutReplacement(trial.choices, 1)[0].name,
    rt_ms: jsPsych.randomization.sampleExGaussian(700, 150, 1 / 300, true),
    timing: {
      requested_image_ms: trial.image_ms,
      image_frames: Math.round(trial.image_ms / frameMs),
      frame_ms: frameMs,
      flips_ms: { fixation, image, mask, response: mask + whole(trial.mask_ms) },
      achieved_image_ms: mask - image,
      dropped_frames: 0,
      focus_losses: 0,
      hidden: false,
      ...windowRecord(),
      shown_px: 224,
      window_small: false,
    },
  };
}
