/** What passes between the page and the server, and between the page's own modules. Times are in ms. */

import type { AbxRecord } from "./tasks/abx/types.js";
import type { Api } from "./api.js";
import type { Attention } from "./attention.js";
import type { Outbox } from "./outbox.js";
import type { Player } from "./player.js";
import type { Preload } from "./preload.js";

/** `icon` is a path in the static folder. */
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
  /** The fixed interval for the answer; null: no time limit. */
  response_ms: number | null;
}

/** A choice, on the clock of performance.now(). */
export interface Click {
  name: string;
  timeMs: number;
}

/** What the server tells of a study's task: each task adds what its page needs. */
export interface Told {
  kind: string;
}

export interface PictureTask extends Told {
  timing: Durations & { practice_image_ms: number; practice_mask_ms: number };
  automatic: boolean;
  image_px: number;
  choices: Choice[];
  masks: string[];
}

export interface WordTask extends Told {
  lead_ms: number;
  vocabulary: string[];
}

/** What the step `screen_scale` found; null where it was not done. Lengths are in CSS px as they were then. */
export interface Screen {
  px_per_degree: number | null;
  distance_cm: number | null;
  device_pixel_ratio: number | null;
}

/** A step that is left: `told` is what its kind has to say, `trials` those that it holds, if it holds any. */
export interface StepView {
  position: number;
  kind: string;
  trials: { first: number; last: number } | null;
  told: Record<string, any>;
}

/** `session` names this session and no other; `steps` are those that are left, the one that is due first. */
export interface SessionView {
  session: string;
  study: { name: string };
  total: number;
  practice: number;
  gate: number;
  next_index: number | null;
  begun: boolean;
  over: boolean;
  task: Told;
  screen: Screen | null;
  steps: StepView[];
}

/** One trial as the server tells of it: `sha256` is the digest of its file, in base64, `told` what its task has to say. */
export interface TrialView {
  index: number;
  phase: "practice" | "gate" | "main";
  stimulus: string;
  sha256: string | null;
  told: Record<string, string>;
  answered: boolean;
}

/** When each phase reached the screen, counted from the start of the trial. */
export interface Flips {
  fixation: number;
  image: number;
  mask: number;
  response: number;
}

/** What every trial stores beside its own measurements. */
export interface TrialRecord {
  focus_losses: number;
  hidden: boolean;
  window_width_px: number;
  window_height_px: number;
  device_pixel_ratio: number;
  zoom: number | null;
  translated: boolean;
  page_language: string;
}

export interface PictureRecord extends TrialRecord {
  requested_image_ms: number;
  image_frames: number;
  frame_ms: number;
  flips_ms: Flips;
  achieved_image_ms: number;
  dropped_frames: number;
  requested_response_ms: number | null;
  achieved_response_ms: number | null;
  clicks: { name: string; ms: number }[];
  shown_px: number;
  window_small: boolean;
}

export interface WordEntryRecord {
  keystrokes: number;
  first_key_ms: number | null;
  last_key_ms: number | null;
  pastes: number;
  how: "typed" | "picked";
}

export interface SoundRecord extends TrialRecord {
  requested_sound_ms: number;
  onset_ms: number;
  late_ms: number;
  played_ms: number | null;
  interruptions: number;
  context_state: AudioContextState;
  sample_rate_hz: number;
  base_latency_ms: number | null;
  output_latency_ms: number | null;
  scheduled_context_ms: number;
  ended_context_ms: number;
  output_context_ms: number | null;
  output_page_ms: number | null;
  screen_frame_ms: number;
  screen_dropped_frames: number;
  entry: WordEntryRecord;
}

export interface Answer {
  uuid: string;
  answer: string;
  rt_ms: number | null;
  timing: PictureRecord | SoundRecord | AbxRecord;
}

export interface StoredAnswer {
  index: number;
  uuid: string;
  answer: string;
  next_index: number | null;
  feedback: { correct: boolean; answer: string } | null;
}

/** What every page stores: how long it was there, and whether the participant was. */
export interface PageRecord {
  shown_ms: number;
  focus_losses: number;
  hidden: boolean;
}

export interface StepResult {
  uuid: string;
  kind: string;
  result: object;
}

export interface StoredResult extends StepResult {
  position: number;
  next_position: number | null;
}

/**
 * An answer on its way: `stimulus` is the address of what it answers, unique to this session. Answers that an
 * older page left behind have it in `image`, and no `position` of their step.
 */
export interface AnswerEntry {
  code: string;
  position?: number;
  index: number;
  stimulus: string;
  image?: string;
  body: Answer;
}

/** The result of a step without trials on its way, and the session that it belongs to. */
export interface ResultEntry {
  code: string;
  position: number;
  session: string;
  body: StepResult;
}

export type OutboxEntry = AnswerEntry | ResultEntry;

/** What is told of an answer that the server refused: its answer to it, and the answer itself as JSON text. */
export interface AsideNote {
  uuid: string;
  status: number;
  code: string;
  message: string;
  body: string;
}

export type EventKind = "focus" | "visibility" | "fullscreen" | "error" | "environment";
export type EventDetail = Record<string, string | number | boolean>;

/** A decoded picture, ready to be drawn; a canvas where the browser makes no bitmaps. */
export type Picture = ImageBitmap | HTMLCanvasElement;

export interface LoadedPicture {
  image: Picture;
  mask: Picture;
}

export interface LoadedSound {
  sound: AudioBuffer;
}

/** Takes a promise that may be long in coming, and tells the participant so if it is. */
export type Persist = <T>(attempt: () => Promise<T>) => Promise<T>;

/** What every task is made with. */
export interface Tools {
  api: Api;
  persist: Persist;
  total: number;
  attention: Attention;
  /** The session's sound: made, and listening for presses, when it is first asked for. */
  player: () => Player;
}

/** What every step is shown with. */
export interface StepTools {
  session: SessionView;
  task: Task;
  api: Api;
  persist: Persist;
  outbox: Outbox;
  attention: Attention;
  player: () => Player;
  /** Told of a result or an answer that the server will not take. */
  onRefusal: (error: unknown) => void;
}

/** A node of jsPsych's timeline, with the parameters of its plugin. */
export interface TimelineNode {
  type: any;
  [parameter: string]: any;
}

/** What tells one task from another; the rest of a session is the same. */
export interface Task {
  /** Its texts are the catalogue's messages whose keys begin with this. */
  kind: string;
  stimuli: Preload<any>;
  /** Words that the instructions list. */
  vocabulary: string[];
  /** What a possible answer is called in the page's language. */
  label(answer: string): string;
  /** What is noted once of the device. */
  environment(): Promise<EventDetail>;
  /** The node of a trial. */
  trial(index: number, practice: boolean, screen: Screen | null): TimelineNode;
  /** What feedback shows of a trial below the verdict. */
  shown(index: number, right: string): Promise<HTMLElement[]>;
}
