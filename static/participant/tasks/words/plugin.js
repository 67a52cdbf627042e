/**
 * A trial of word recognition as a jsPsych plugin: a sound that is played once, and a field for the word that
 * was said in its middle, without time limit (Feather et al. 2023).
 */

import { ParameterType } from "../../../vendor/jspsych.js";
import { windowRecord } from "../../dom.js";
import { audible } from "../../player.js";
import { simulated } from "../../simulation.js";

/** @import { JsPsych } from "jspsych" */
/** @import { Attention } from "../../attention.js" */
/** @import { FrameClock } from "../../clock.js" */
/** @import { Player } from "../../player.js" */
/** @import { LoadedSound, SoundRecord } from "../../types.js" */
/** @import { WordStage } from "./stage.js" */

/**
 * @typedef {object} WordParameters
 * @property {() => Promise<LoadedSound>} load
 * @property {string[]} vocabulary
 * @property {number} lead_ms
 * @property {string} progress
 * @property {WordStage} stage
 * @property {Player} player
 * @property {FrameClock} clock
 * @property {Attention} attention
 */

const entry = {
  /** Keys pressed in the field, modifiers left out. */
  keystrokes: { type: ParameterType.INT },
  /** From the scheduled onset to the first of them, ms; null without any. */
  first_key_ms: { type: ParameterType.FLOAT },
  /** The same to the last of them. */
  last_key_ms: { type: ParameterType.FLOAT },
  /** How often something was pasted. */
  pastes: { type: ParameterType.INT },
  /** "typed", or "picked" when the word was last taken from the list. */
  how: { type: ParameterType.STRING },
};

const info = {
  name: "metamerlab-word",
  version: "1.0.0",
  parameters: {
    /** Gives the trial's decoded sound; the trial can be started when it resolves. */
    load: { type: ParameterType.FUNCTION },
    /** The words that can be given. */
    vocabulary: { type: ParameterType.STRING, array: true },
    /** From the press that starts the trial to the scheduled onset of the sound, ms. */
    lead_ms: { type: ParameterType.INT, default: 50 },
    /** How far the participant has come, in words. */
    progress: { type: ParameterType.STRING, default: "" },
    /** The screen elements, made once for all trials; given as a function, for jsPsych copies objects. */
    stage: { type: ParameterType.OBJECT },
    /** The sound's clock, made once for all trials; given as a function. */
    player: { type: ParameterType.OBJECT },
    /** The display's clock, made once for all trials; given as a function. */
    clock: { type: ParameterType.OBJECT },
    /** The watch over focus and visibility; given as a function. */
    attention: { type: ParameterType.OBJECT },
  },
  data: {
    /** The confirmed word, as the vocabulary spells it. */
    answer: { type: ParameterType.STRING },
    /** From the scheduled onset of the sound to the confirmation, ms, on the clock of performance.now(). */
    rt_ms: { type: ParameterType.FLOAT },
    /** What the audio context did. Times in ms. */
    timing: {
      type: ParameterType.COMPLEX,
      nested: {
        /** Duration of the sound. */
        requested_sound_ms: { type: ParameterType.FLOAT },
        /** By how much the scheduled onset was over when the sound was handed to the context. */
        late_ms: { type: ParameterType.FLOAT },
        /** From the scheduled onset to the end that the browser reported; null if it did not in time. */
        played_ms: { type: ParameterType.FLOAT },
        /** How often the context stopped running during the sound. */
        interruptions: { type: ParameterType.INT },
        /** The context's state when the sound was scheduled. */
        context_state: { type: ParameterType.STRING },
        /** The context's sampling rate, Hz. */
        sample_rate_hz: { type: ParameterType.FLOAT },
        /** From the context to the system's audio; null if the browser does not know. */
        base_latency_ms: { type: ParameterType.FLOAT },
        /** From the system's audio to the ear, as estimated; null if the browser does not know. */
        output_latency_ms: { type: ParameterType.FLOAT },
        /** The context's time when the sound was scheduled. */
        scheduled_context_ms: { type: ParameterType.FLOAT },
        /** The context's time when the end was reported. */
        ended_context_ms: { type: ParameterType.FLOAT },
        /** The context's time of what left the device then; null if the browser does not know. */
        output_context_ms: { type: ParameterType.FLOAT },
        /** The moment at which it did, from the scheduled onset; null if the browser does not know. */
        output_page_ms: { type: ParameterType.FLOAT },
        /** Measured refresh period of the display. */
        screen_frame_ms: { type: ParameterType.FLOAT },
        /** Frames that passed without us during the sound. */
        screen_dropped_frames: { type: ParameterType.INT },
        /** Scheduled onset, from the press that started the trial. */
        onset_ms: { type: ParameterType.FLOAT },
        /** How the word came into the field. */
        entry: { type: ParameterType.COMPLEX, nested: entry },
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
      },
    },
  },
};

export class WordPlugin {
  static info = info;

  /** @param {JsPsych} jsPsych */
  constructor(jsPsych) {
    this.jsPsych = jsPsych;
  }

  /**
   * @param {HTMLElement} display
   * @param {WordParameters} trial
   * @param {() => void} [onLoad]
   */
  async trial(display, trial, onLoad) {
    const { stage, player, clock, attention } = trial;
    stage.open(display, trial.progress);
    onLoad?.();
    const { sound } = await trial.load();
    await stage.started();
    // A sound that nobody can hear would be lost: it is played once.
    await audible(player, (hint) => stage.started(hint));
    const pressedMs = performance.now();
    attention.reset();
    stage.listen();
    const watched = clock.watch();
    const { onsetMs, record } = await player.play(sound, trial.lead_ms);
    const screen = screenRecord(watched());
    const { word, timeMs, entry } = await stage.ask(onsetMs);
    /** @type {SoundRecord} */
    const timing = {
      ...record,
      ...screen,
      onset_ms: onsetMs - pressedMs,
      entry,
      ...attention.record,
      ...windowRecord(),
    };
    return { answer: word, rt_ms: Math.max(0, timeMs - onsetMs), timing };
  }

  /**
   * @param {WordParameters} trial
   * @param {"data-only" | "visual"} mode
   * @param {{data?: object}} options
   * @param {() => void} onLoad
   */
  async simulate(trial, mode, options, onLoad) {
    const data = { ...simulatedData(trial, this.jsPsych), ...options.data };
    const { element } = trial.stage;
    return simulated(this, trial, mode, data, onLoad, () => {
      setTimeout(() => element.querySelector("button")?.click(), 300);
      setTimeout(type, 600 + data.timing.requested_sound_ms + data.rt_ms, element, data.answer);
    });
  }
}

/** @param {{frameMs: number, droppedFrames: number}} watched what the screen did during the sound */
function screenRecord({ frameMs, droppedFrames }) {
  return { screen_frame_ms: frameMs, screen_dropped_frames: droppedFrames };
}

/**
 * @param {HTMLElement} stage
 * @param {string} word
 */
function type(stage, word) {
  const field = /** @type {HTMLInputElement} */ (stage.querySelector("input"));
  field.value = word;
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  field.form?.requestSubmit();
}

/**
 * What an observer without ears would give with a perfect audio context, for a sound of two seconds.
 * @param {WordParameters} trial
 * @param {JsPsych} jsPsych
 */
function simulatedData(trial, jsPsych) {
  const answer = jsPsych.randomization.sampleWithoutReplacement(trial.vocabulary, 1)[0];
  const soundMs = 2000;
  const firstKeyMs = soundMs + jsPsych.randomization.sampleExGaussian(900, 150, 1 / 300, true);
  const rtMs = firstKeyMs + 180 * answer.length;
  return {
    answer,
    rt_ms: rtMs,
    timing: {
      requested_sound_ms: soundMs,
      late_ms: 0,
      played_ms: soundMs,
      interruptions: 0,
      context_state: "running",
      sample_rate_hz: 48_000,
      base_latency_ms: 10,
      output_latency_ms: 30,
      scheduled_context_ms: 60_000,
      ended_context_ms: 60_000 + trial.lead_ms + soundMs,
      output_context_ms: 60_000 + trial.lead_ms + soundMs - 30,
      output_page_ms: soundMs,
      ...screenRecord({ frameMs: 1000 / 60, droppedFrames: 0 }),
      onset_ms: trial.lead_ms,
      entry: {
        keystrokes: answer.length + 1,
        first_key_ms: firstKeyMs,
        last_key_ms: rtMs,
        pastes: 0,
        how: "typed",
      },
      focus_losses: 0,
      hidden: false,
      ...windowRecord(),
    },
  };
}
