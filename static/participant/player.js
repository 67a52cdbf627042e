/**
 * The sound's clock. There is one audio context in a session: it is made, and woken again whenever it sleeps,
 * by the participant's own presses, since browsers let no page make a sound before.
 */

import { DeviceError } from "./preload.js";

/** @import { SoundRecord } from "./types.js" */

/** A sound whose end is not reported this long after it was due was interrupted. */
const GRACE_MS = 1000;
/** How long a press may take to wake the context. */
const WAKING_MS = 1500;
const PRESSES = ["pointerup", "click", "keydown"];

/**
 * @typedef {object} Played
 * @property {number} onsetMs scheduled onset, on the clock of performance.now()
 * @property {Pick<SoundRecord, "requested_sound_ms" | "late_ms" | "played_ms" | "interruptions"
 *   | "context_state" | "sample_rate_hz" | "base_latency_ms" | "output_latency_ms">} record
 */

export class Player {
  #make;
  /** @type {AudioContext | null} */
  #context = null;
  /** @type {(context: AudioContext) => void} */
  #made = () => undefined;
  /** @type {(error: unknown) => void} */
  #failed = () => undefined;
  /** @type {Promise<AudioContext>} */
  #ready = new Promise((resolve, reject) => {
    this.#made = resolve;
    this.#failed = reject;
  });

  /** @param {() => AudioContext} make */
  constructor(make = () => new AudioContext()) {
    this.#make = make;
    this.#ready.catch(() => undefined); // told to whoever waits for it
  }

  /**
   * From now on every press wakes the context.
   * @param {EventTarget} target
   */
  listen(target) {
    for (const press of PRESSES) target.addEventListener(press, () => this.#wake(), { capture: true });
  }

  #wake() {
    if (!this.#context) {
      try {
        this.#context = this.#make();
      } catch (error) {
        const message = "This browser could not open the sound device.";
        return this.#failed(new DeviceError(message, { cause: error }));
      }
      this.#made(this.#context);
    }
    if (this.#context.state !== "running") this.#context.resume().catch(() => undefined);
  }

  /**
   * The sound as it will be played, at the rate of the device. Waits for the first press.
   * @param {Blob} file
   */
  async decode(file) {
    const context = await this.#ready;
    return context.decodeAudioData(await file.arrayBuffer());
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
    source.start(context.currentTime + leadMs / 1000);
    const lateMs = Math.max(0, performance.now() - onsetMs);
    const ended = await endOf(source, leadMs + durationMs + GRACE_MS);
    const playedMs = performance.now() - onsetMs;
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

/** @param {number | undefined} seconds not every browser knows its latencies */
function milliseconds(seconds) {
  return seconds === undefined ? null : seconds * 1000;
}
