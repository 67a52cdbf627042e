/** What jsPsych is told of the trial with a picture: its parameters, and the data that it gives. */

import { ParameterType } from "../../../vendor/jspsych.js";

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

const clicks = {
  /** Name of the icon's category. */
  name: { type: ParameterType.STRING },
  /** From the flip that showed the grid. */
  ms: { type: ParameterType.FLOAT },
};

export const info = {
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
    /** Fixed interval for the answer, ms, in which the last choice counts; null: no limit, the first counts. */
    response_ms: { type: ParameterType.INT, default: null },
    /** Whether the trial begins by itself, unless it is the first of its timeline. */
    automatic: { type: ParameterType.BOOL, default: false },
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
    /** Name of the category that was chosen last; "na" without any in a fixed interval. */
    answer: { type: ParameterType.STRING },
    /** From the flip that showed the grid to that choice, ms, on the clock of performance.now(); or null. */
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
        /** Frames that passed without us, from the trial's beginning to the grid, or to a fixed interval's end. */
        dropped_frames: { type: ParameterType.INT },
        /** Fixed interval for the answer that was asked for; null without one. */
        requested_response_ms: { type: ParameterType.INT },
        /** From the flip that showed the grid to the flip that removed it; null without a fixed interval. */
        achieved_response_ms: { type: ParameterType.FLOAT },
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
        /** Scale of a pinch zoom (visualViewport.scale); null if the browser does not tell. */
        zoom: { type: ParameterType.FLOAT },
        /** Whether a program had translated the page. */
        translated: { type: ParameterType.BOOL },
        /** Language in which the page came from the server. */
        page_language: { type: ParameterType.STRING },
        /** Side of the picture as it was shown, CSS px. */
        shown_px: { type: ParameterType.FLOAT },
        /** Whether the window was too small to show it at its size. */
        window_small: { type: ParameterType.BOOL },
        /** All choices in order, the last 50 at most, each from the flip that showed the grid. */
        clicks: { type: ParameterType.COMPLEX, array: true, nested: clicks },
      },
    },
  },
};
