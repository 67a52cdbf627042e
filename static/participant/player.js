/**
 * The sound's clock. There is one audio context in a session: it is made, and woken again whenever it sleeps,
 * by the participant's own presses, since browsers let no page make a sound before.
 */

import { say } from "./language.js";
import { DeviceError } from "./preload.js";

/** @import { SoundRecord } from "./types.js" */

/** A sound whose end is not reported this long after it was due was interrupted. */
const GRACE_MS = 1000;
/** How long a press may take to wake the context. */
const WAKING_MS = 1500;
/** After so many presses in vain, more is said of what may be wrong. */
const PATIENT_PRESSES = 3;
const PRESSES = ["pointerup", "click", "keydown"];

/**
 * @typedef {object} Played
 * @property {number} onsetMs scheduled onset, on the clock of performance.now()
 * @property {Pick<SoundRecord, "requested_sound_ms" | "late_ms" | "played_ms" | "interruptions"
 *   | "context_state" | "sample_rate_hz" | "base_latency_ms" | "output_latency_ms" | "scheduled_context_ms"
 *   | "ended_context_ms" | "output_context_ms" | "output_page_ms">} record
 */

export class Player {
  #make;
  #tried = false;
  /** @type {AudioContext | null} */
  #context = null;
  /** @type {Opening} */
  #opening = opening();

  /** @param {() => AudioContext} make */
  constructor(make = () => new AudioContext()) {
    this.#make = make;
  }

  get #ready() {
    return this.#opening.context;
  }

  /**
   * From now on every press wakes the context.
   * @param {EventTarget} target
   */
  listen(target) {
    for (const press of PRESSES) target.addEventListener(press, () => this.#wake(), { capture: true });
  }

  #wake() {
    if (!this.#context || this.#context.state === "closed") this.#open();
    if (this.#context && this.#context.state !== "running") this.#context.resume().catch(() => undefined);
  }

  /** Opens the device, also after it was refused or closed: a closed context never runs again. */
  #open() {
    if (this.#tried) this.#opening = opening();
    this.#tried = true;
    this.#context = null;
    try {
      this.#context = this.#make();
      this.#opening.opened(this.#context);
    } catch (error) {
      this.#opening.failed(new DeviceError("failed-device", { cause: error }));
    }
  }

  /**
   * The sound as it will be played, at the rate of the device. Waits for the first press.
   * @param {Blob} file
   */
  async decode(file) {
    const context = await this.#ready;
    const bytes = await file.arrayBuffer();
    try {
      return await context.decodeAudioData(bytes);
    } catch (error) {
      if (context.state === "closed") throw new DeviceError("failed-device", { cause: error });
      throw error;
    }
  }

  /** Whether sound can be played now; waits a moment for a press to take effect. */
  async awake() {
    const context = await this.#ready;
    const until = performance.now() + WAKING_MS;
    while (context.state !== "running" && performance.now() < until) await pause(20);
    return context.state === "running";
  }

  /**
   * Plays a sound, once, from `leadMs` after now. Resolves at its end, or when that is overdue.
   * @param {AudioBuffer} sound
   * @param {number} leadMs
   * @returns {Promise<Played>}
   */
  async play(sound, leadMs) {
    const context = await this.#ready;
    const source = this.#source(context, sound);
    const durationMs = sound.duration * 1000;
    const state = context.state;
    let interruptions = 0;
    const note = () => {
      if (context.state !== "running") interruptions += 1;
    };
    context.addEventListener("statechange", note);
    const onsetMs = performance.now() + leadMs;
    const scheduledS = context.currentTime;
    const startS = scheduledS + leadMs / 1000;
    source.start(startS);
    const lateMs = Math.max(0, performance.now() - onsetMs);
    const ended = await endOf(source, leadMs + durationMs + GRACE_MS);
    // A browser may tell of the end a buffer before it is heard; by its own clock it is never too early.
    const endedS = context.currentTime;
    const playedMs = Math.max(performance.now() - onsetMs, (endedS - startS) * 1000);
    context.removeEventListener("statechange", note);
    if (!ended) source.stop();
    return {
      onsetMs,
      record: {
        requested_sound_ms: durationMs,
        late_ms: lateMs,
        played_ms: ended ? playedMs : null,
        interruptions: interruptions + (ended ? 0 : 1),
        context_state: state,
        sample_rate_hz: context.sampleRate,
        base_latency_ms: milliseconds(context.baseLatency),
        output_latency_ms: milliseconds(context.outputLatency),
        scheduled_context_ms: scheduledS * 1000,
        ended_context_ms: endedS * 1000,
        ...outputOf(context, onsetMs),
      },
    };
  }

  /**
   * Plays samples again and again; returns what ends it.
   * @param {(rateHz: number) => Float32Array<ArrayBuffer>} make gives the samples for the device's rate
   * @returns {Promise<() => void>}
   */
  async loop(make) {
    const context = await this.#ready;
    const samples = make(context.sampleRate);
    const buffer = context.createBuffer(1, samples.length, context.sampleRate);
    buffer.copyToChannel(samples, 0);
    const source = this.#source(context, buffer);
    source.loop = true;
    source.start();
    return () => source.stop();
  }

  /** @param {AudioContext} context @param {AudioBuffer} buffer */
  #source(context, buffer) {
    const source = context.createBufferSource();
    source.buffer = buffer;
    source.connect(context.destination);
    return source;
  }
}

/**
 * Resolves when sound can be heard, after as many presses as that takes.
 * @param {Pick<Player, "awake">} player
 * @param {(hint: string) => Promise<void>} press asks for a press, and says why
 */
export async function audible(player, press) {
  for (let tries = 1; !(await player.awake()); tries += 1) {
    await press(tries < PATIENT_PRESSES ? say("sound-silent") : say("sound-blocked"));
  }
}

/**
 * @typedef {object} Opening
 * @property {Promise<AudioContext>} context
 * @property {(context: AudioContext) => void} opened
 * @property {(error: unknown) => void} failed
 */

/** A context that is to come. @returns {Opening} */
function opening() {
  /** @type {any} */
  const made = {};
  made.context = new Promise((resolve, reject) => Object.assign(made, { opened: resolve, failed: reject }));
  made.context.catch(() => undefined); // told to whoever waits for it
  return made;
}

/**
 * Whether the source ended within so many ms.
 * @param {AudioScheduledSourceNode} source
 * @param {number} patienceMs
 * @returns {Promise<boolean>}
 */
function endOf(source, patienceMs) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, patienceMs, false);
    source.addEventListener("ended", () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

/** @param {number} ms */
function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * Which of the context's times leaves the device at which moment of the page; null where browsers do not tell.
 * @param {AudioContext} context
 * @param {number} onsetMs from which the page's moment counts
 */
function outputOf(context, onsetMs) {
  const { contextTime, performanceTime } = context.getOutputTimestamp?.() ?? {};
  // Before anything has left the device, both are 0.
  if (!contextTime || !performanceTime) return { output_context_ms: null, output_page_ms: null };
  return { output_context_ms: contextTime * 1000, output_page_ms: performanceTime - onsetMs };
}

/** @param {number | undefined} seconds not every browser knows its latencies */
function milliseconds(seconds) {
  return seconds === undefined ? null : seconds * 1000;
}
