/**
 * The participant sets the volume with a noise that is as strong as the sounds of the study. It goes on when
 * the noise has been asked for.
 */

import { element } from "../dom.js";
import { paragraphs, say } from "../language.js";
import { read, showPage, written } from "../page.js";

/** @import { Player } from "../player.js" */

/** Root mean square of the noise, full scale 1: that of the natural sounds (Feather et al. 2023). */
const RMS = 0.1;
const NOISE_S = 2;

/**
 * White noise, evenly distributed, so that its peak is known: RMS times the root of 3.
 * @param {number} rateHz
 */
export function noise(rateHz) {
  const peak = RMS * Math.sqrt(3);
  return Float32Array.from({ length: NOISE_S * rateHz }, () => peak * (2 * Math.random() - 1));
}

/** @type {import("./registry.js").Show} */
export async function showSoundLevel(display, _step, { player, attention }) {
  const play = element("button", { type: "button", class: "secondary" }, say("sound-level-play"));
  const content = [...written(say("sound-level"), paragraphs("sound-level-text")), element("p", {}, play)];
  const button = showPage(display, content, say("continue"));
  button.disabled = true;
  play.focus({ preventScroll: true });
  const sound = new Noise(player());
  play.addEventListener("click", async () => {
    await sound.toggle();
    play.textContent = say(sound.plays ? "sound-level-stop" : "sound-level-play");
    button.disabled = false; // even where no noise came: the trials say so when they cannot be heard
  });
  const record = await read(button, attention);
  sound.stop();
  return { ...record, plays: sound.started, played_ms: sound.playedMs };
}

/** The noise, and how often and how long it was to be heard. */
class Noise {
  started = 0;
  playedMs = 0;
  #player;
  #sinceMs = 0;
  /** @type {(() => void) | null} */
  #end = null;

  /** @param {Player} player */
  constructor(player) {
    this.#player = player;
  }

  get plays() {
    return this.#end !== null;
  }

  async toggle() {
    if (this.#end) return this.stop();
    this.started += 1;
    const end = await this.#player.loop(noise).catch(() => null);
    if (this.#end) return end?.(); // pressed twice while the first was still coming
    this.#end = end;
    this.#sinceMs = performance.now();
  }

  stop() {
    if (!this.#end) return;
    this.#end();
    this.#end = null;
    this.playedMs += performance.now() - this.#sinceMs;
  }
}
