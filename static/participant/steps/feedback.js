/** Feedback after a practice trial, as a jsPsych plugin: what was right, in words and as the task shows it. */

import { ParameterType } from "../../vendor/jspsych.js";
import { element } from "../dom.js";
import { say } from "../language.js";
import { pressed, showPage } from "../page.js";

/** @import { StoredAnswer } from "../types.js" */

const info = {
  name: "metamerlab-feedback",
  version: "1.0.0",
  parameters: {
    /** Gives the server's word on the answer; waits for it. */
    stored: { type: ParameterType.FUNCTION },
    /** Says in words that an answer was right: takes it. */
    right: { type: ParameterType.FUNCTION },
    /** Says in words that an answer was wrong: takes the right one and the one that was given. */
    wrong: { type: ParameterType.FUNCTION },
    /** Gives what is shown below the verdict: takes the right answer. */
    shown: { type: ParameterType.FUNCTION },
  },
  data: {},
};

/**
 * @typedef {object} FeedbackParameters
 * @property {() => Promise<StoredAnswer>} stored
 * @property {(right: string) => string} right
 * @property {(right: string, given: string) => string} wrong
 * @property {(right: string) => Promise<HTMLElement[]>} shown
 */

export class FeedbackPlugin {
  static info = info;

  /**
   * @param {HTMLElement} display
   * @param {FeedbackParameters} trial
   * @param {() => void} [onLoad]
   */
  async trial(display, trial, onLoad) {
    onLoad?.();
    const { answer, feedback } = await trial.stored();
    if (!feedback) return {};
    const { correct, answer: right } = feedback;
    const verdict = correct ? trial.right(right) : trial.wrong(right, answer);
    const content = [
      element("h1", { class: correct ? "verdict right" : "verdict wrong", role: "status", translate: "no" }, verdict),
      ...(await trial.shown(right)),
    ];
    await pressed(showPage(display, content, say("continue")));
    return {};
  }
}
