/** Feedback after a practice trial, as a jsPsych plugin: the picture again, beside the icon that is right. */

import { ParameterType } from "../vendor/jspsych.js";
import { element } from "./dom.js";
import { pressed, showPage } from "./page.js";
import { texts } from "./texts.js";

/** @import { Choice, StoredAnswer } from "./types.js" */

const info = {
  name: "metamerlab-feedback",
  version: "1.0.0",
  parameters: {
    /** Gives the server's word on the answer; waits for it. */
    stored: { type: ParameterType.FUNCTION },
    /** Gives the picture, decoded. */
    picture: { type: ParameterType.FUNCTION },
    choices: { type: ParameterType.OBJECT, array: true },
  },
  data: {
    /** Null when the server had nothing to say. */
    correct: { type: ParameterType.BOOL },
  },
};

/** @param {ImageBitmap} bitmap */
function drawn(bitmap) {
  const size = { width: String(bitmap.width), height: String(bitmap.height) };
  const canvas = element("canvas", { ...size, class: "picture", role: "img", "aria-label": "" });
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
  return canvas;
}

export class FeedbackPlugin {
  static info = info;

  /**
   * @param {HTMLElement} display
   * @param {{stored: () => Promise<StoredAnswer>, picture: () => Promise<ImageBitmap>, choices: Choice[]}} trial
   * @param {() => void} [onLoad]
   */
  async trial(display, trial, onLoad) {
    onLoad?.();
    const [{ answer, feedback }, bitmap] = await Promise.all([trial.stored(), trial.picture()]);
    if (!feedback) return { correct: null };
    const named = (/** @type {string} */ name) =>
      /** @type {Choice} */ (trial.choices.find((choice) => choice.name === name));
    const right = named(feedback.answer);
    const verdict = feedback.correct ? texts.right(right.label) : texts.wrong(right.label, named(answer).label);
    const image = { alt: "", width: "96", height: "96" };
    const icon = right.icon ? [element("img", { ...image, src: right.icon })] : [];
    const content = [
      element("h1", { class: feedback.correct ? "verdict right" : "verdict wrong", role: "status" }, verdict),
      element("div", { class: "pair" }, drawn(bitmap), ...icon),
    ];
    await pressed(showPage(display, content, texts.continue));
    return { correct: feedback.correct };
  }
}
