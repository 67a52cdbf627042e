/** What passes between the page and the server, and between the page's own modules. Times are in ms. */

export interface Choice {
  name: string;
  label: string;
  icon: string | null;
}

/** How long each phase of a trial is asked to last. */
export interface Durations {
  blank_ms: number;
  fixation_ms: number;
  image_ms: number;
  mask_ms: number;
}

export interface SessionView {
  study: { name: string };
  total: number;
  practice: number;
  next_index: number | null;
  completed: boolean;
  timing: Durations & { practice_image_ms: number; practice_mask_ms: number };
  display: { image_px: number };
  choices: Choice[];
  masks: string[];
  instructions: string[];
  breaks_after: number[];
}

export interface TrialView {
  index: number;
  phase: "practice" | "main";
  image: string;
  mask: string;
  answered: boolean;
}

/** When each phase reached the screen, counted from the start of the trial. */
export interface Flips {
  fixation: number;
  image: number;
  mask: number;
  response: number;
}

export interface TimingRecord {
  requested_image_ms: number;
  image_frames: number;
  frame_ms: number;
  flips_ms: Flips;
  achieved_image_ms: number;
  dropped_frames: number;
  focus_losses: number;
  hidden: boolean;
  window_width_px: number;
  window_height_px: number;
  device_pixel_ratio: number;
}

export interface Answer {
  uuid: string;
  answer: string;
  rt_ms: number;
  timing: TimingRecord;
}

export interface StoredAnswer {
  index: number;
  uuid: string;
  answer: string;
  next_index: number | null;
  feedback: { correct: boolean; answer: string } | null;
}

/** An answer on its way: `image` is the address of the picture that it answers, unique to this session. */
export interface OutboxEntry {
  code: string;
  index: number;
  image: string;
  body: Answer;
}

export type EventKind = "resume" | "focus" | "visibility" | "fullscreen" | "error" | "environment";
export type EventDetail = Record<string, string | number | boolean>;

/** A trial whose pictures are decoded. */
export interface LoadedTrial {
  view: TrialView;
  image: ImageBitmap;
  mask: ImageBitmap;
}

/** Takes a promise that may be long in coming, and tells the participant so if it is. */
export type Persist = <T>(attempt: () => Promise<T>) => Promise<T>;
