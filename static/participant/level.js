/**
 * A page, as a jsPsych plugin, on which the participant sets the volume with a noise that is as strong as the
 * sounds of the study. It goes on when the noise has been heard.
 */

import { ParameterType } from "../vendor/jspsych.js";
import { element } from "./dom.js";
import { pressed, showPage } from "./page.js";
import { texts, wordTexts } from "./texts.js";

/** @import { Player } from "./player.js" */

/** Root mean square of the noise, full scale 1: that of the natural sounds (Feather et al. 2023). */
const RMS = 0.1;
const NOISE_S = 2;

const info = {
  name: "metamerlab-level",
  version: "1.0.0",
  parameters: {
    /** What plays; given as a function, for jsPsych copies objects. */
    player: { type: ParameterType.OBJECT },
  },
  data: {
    /** How often the noise was started. */
    plays: { type: ParameterType.INT },
  },
};

/**
 * White noise, evenly distributed, so that its peak is known: RMS times the root of 3.
 * @param {number} rateHz
 */
export function noise(rateHz) {
  const peak = RMS * Math.sqrt(3);
  return Float32Array.from({ length: NOISE_S * rateHz }, () => peak * (2 * Math.random() - 1));
}

export class LevelPlugin {
  static info = info;

  /**
   * @param {HTMLElement} display
   * @param {{player: Player}} trial
   * @param {() => void} [onLoad]
   */
  async trial(display, { player }, onLoad) {
    const play = element("button", { type: "button", class: "secondary" }, wordTexts.play);
    const content = [
      element("h1", {}, wordTexts.levelTitle),
      ...wordTexts.level.map((/** @type {string} */ text) => element("p", {}, text)),
      element("p", {}, play),
    ];
    const button = showPage(display, content, texts.continue);
    button.disabled = true;
    play.focus({ preventScroll: true });
    onLoad?.();
    let plays = 0;
    /** @type {(() => void) | null} */
    let stop = null;
    play.addEventListener("click", async () => {
      const playing = stop;
      stop = null;
      playing?.();
      if (!playing) {
        plays += 1;
        stop = await player.loop(noise).catch(() => null);
      }
      play.textContent = stop ? wordTexts.stop : wordTexts.play;
      button.disabled = false; // even where no noise came: the trials say so when they cannot be heard
    });
    await pressed(button);
    /** @type {(() => void) | null} */ (stop)?.();
    return { plays };
  }
}
