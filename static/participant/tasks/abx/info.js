/** What jsPsych is told of the ABX trial: its parameters, and the data that it gives. */

import { ParameterType } from "../../../vendor/jspsych.js";

const flips = {
  /** Onset of the fixation cross. */
  fixation: { type: ParameterType.FLOAT },
  /** Onset of A. */
  a: { type: ParameterType.FLOAT },
  /** Onset of the gap after A, and with it the end of A. */
  gap_1: { type: ParameterType.FLOAT },
  /** Onset of B. */
  b: { type: ParameterType.FLOAT },
  /** Onset of the gap after B. */
  gap_2: { type: ParameterType.FLOAT },
  /** Onset of X. */
  x: { type: ParameterType.FLOAT },
  /** Onset of the gap after X. */
  gap_3: { type: ParameterType.FLOAT },
  /** Onset of the two answers, from which the response time counts. */
  response: { type: ParameterType.FLOAT },
};

export const info = {
  name: "metamerlab-abx",
  version: "1.0.0",
  parameters: {
    /** Gives the trial's decoded picture of A, B and X; the trial can be started when it resolves. */
    load: { type: ParameterType.FUNCTION },
    /** Takes the side of the pictures in px; gives their place and size in the window as it is then. */
    placement: { type: ParameterType.FUNCTION },
    /** Fixation cross, ms. */
    fixation_ms: { type: ParameterType.INT, default: 1500 },
    /** Each of the three pictures, ms. */
    picture_ms: { type: ParameterType.INT, default: 200 },
    /** Black after A and after B, ms. */
    gap_ms: { type: ParameterType.INT, default: 500 },
    /** Black after X, ms; 0 leaves it out. */
    last_gap_ms: { type: ParameterType.INT, default: 1000 },
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
    /** "first" or "second": which of A and B the participant takes X for. */
    answer: { type: ParameterType.STRING },
    /** From the flip that showed the answers to the press, ms, on the clock of performance.now(). */
    rt_ms: { type: ParameterType.FLOAT },
    /** What the display did. Times in ms. */
    timing: {
      type: ParameterType.COMPLEX,
      nested: {
        /** Duration of each picture that was asked for. */
        requested_picture_ms: { type: ParameterType.INT },
        /** The same in whole frames of this display. */
        picture_frames: { type: ParameterType.INT },
        /** Measured refresh period of the display. */
        frame_ms: { type: ParameterType.FLOAT },
        /** Onsets, counted from the flip that began the trial. */
        flips_ms: { type: ParameterType.COMPLEX, nested: flips },
        /** From the flip of A to the flip that removed it. */
        achieved_a_ms: { type: ParameterType.FLOAT },
        /** The same of B. */
        achieved_b_ms: { type: ParameterType.FLOAT },
        /** The same of X. */
        achieved_x_ms: { type: ParameterType.FLOAT },
        /** Frames that passed without us, from the trial's beginning to the answers. */
        dropped_frames: { type: ParameterType.INT },
        /** Key, mouse or touch. */
        pressed: { type: ParameterType.STRING },
        /** False: the page does not know where anybody looks. */
        gaze_tracked: { type: ParameterType.BOOL },
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
        /** Side of a picture as it was shown, CSS px. */
        shown_px: { type: ParameterType.FLOAT },
        /** From the middle of the fixation cross to that of a picture as it was shown, CSS px. */
        eccentricity_px: { type: ParameterType.FLOAT },
        /** What one degree of visual angle was taken to be, CSS px; null where angles are not known. */
        px_per_degree: { type: ParameterType.FLOAT },
        /** What that rests on: "card", "assumed" or null. */
        scale: { type: ParameterType.STRING },
        /** Whether the window was too small to show the pictures at their size and place. */
        window_small: { type: ParameterType.BOOL },
      },
    },
  },
};
