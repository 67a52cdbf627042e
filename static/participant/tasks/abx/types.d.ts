/** What passes between the server and the page in the ABX task, and between its own modules. Times are in ms. */

import type { Picture, Told, TrialRecord } from "../../types.js";

/** The ABX task. Angles are in degrees of visual angle. */
export interface AbxTask extends Told {
  timing: AbxDurations;
  picture_deg: number;
  /** From the fixation cross to the middle of the picture, to the right; 0: the picture is in the middle. */
  eccentricity_deg: number;
  /** Where the participant's own distance is not known. */
  viewing_distance_cm: number;
}

/** How long each phase of an ABX trial is asked to last. */
export interface AbxDurations {
  fixation_ms: number;
  picture_ms: number;
  gap_ms: number;
  last_gap_ms: number;
}

/** A, B and X below one another in one picture. */
export interface LoadedAbx {
  stacked: Picture;
}

/** When each phase of an ABX trial reached the screen, counted from the start of the trial. */
export interface AbxFlips {
  fixation: number;
  a: number;
  gap_1: number;
  b: number;
  gap_2: number;
  x: number;
  gap_3: number;
  response: number;
}

/** How the pictures of an ABX trial lie in the window, CSS px. */
export interface AbxPlacement {
  /** Side of a picture. */
  shown_px: number;
  /** From the middle of the fixation cross to that of a picture. */
  eccentricity_px: number;
  /** What a degree was taken to be; null where pictures are shown at their size in px. */
  px_per_degree: number | null;
  /** Whether that rests on a card held to the screen, or on what browsers call an inch. */
  scale: "card" | "assumed" | null;
}

export interface AbxRecord extends TrialRecord, AbxPlacement {
  requested_picture_ms: number;
  picture_frames: number;
  frame_ms: number;
  flips_ms: AbxFlips;
  achieved_a_ms: number;
  achieved_b_ms: number;
  achieved_x_ms: number;
  dropped_frames: number;
  window_small: boolean;
  pressed: Pressed;
  /** This page does not know where anybody looks. */
  gaze_tracked: false;
}

export type Pressed = "key" | "mouse" | "touch";
