/** The session's steps as jsPsych's timeline, and what happens when a trial has been answered. */

import { FeedbackPlugin } from "./feedback.js";
import { PagePlugin } from "./page.js";
import { place, stepsOf } from "./steps.js";
import { texts } from "./texts.js";
import { uuid } from "./uuid.js";

/** @import { Outbox } from "./outbox.js" */
/** @import { Step } from "./steps.js" */
/** @import { Answer, SessionView, StoredAnswer, Task } from "./types.js" */

/**
 * @typedef {object} Parts
 * @property {Task} task
 * @property {Outbox} outbox
 * @property {(error: unknown) => void} onRefusal an answer that the server will not take
 */

/**
 * @param {SessionView} session
 * @param {Parts} parts
 */
export function timelineOf(session, parts) {
  /** @type {Map<number, Promise<StoredAnswer>>} the server's word on practice answers, for the feedback */
  const verdicts = new Map();
  const [first, ...others] = stepsOf(session).map((step) => {
    if (step.kind === "trial") return trialNode(step, session, parts, verdicts);
    if (step.kind === "feedback") return feedbackNode(step.index, parts, verdicts);
    return pageNode(step, session, parts.task);
  });
  return [first, ...parts.task.opening, ...others];
}

/**
 * @param {Extract<Step, {kind: "trial"}>} step
 * @param {SessionView} session
 * @param {Parts} parts
 * @param {Map<number, Promise<StoredAnswer>>} verdicts
 */
function trialNode({ index, practice }, session, { task, outbox, onRefusal }, verdicts) {
  const { number, of } = place(session, index);
  return {
    ...task.trial(index, practice),
    progress: task.texts.progress(number, of, practice),
    on_finish: async (/** @type {Omit<Answer, "uuid">} */ { answer, rt_ms, timing }) => {
      const { view } = await task.stimuli.trial(index);
      const body = { uuid: uuid(), answer, rt_ms, timing };
      const { delivered } = await outbox.add(index, view.stimulus, body);
      delivered.catch(onRefusal);
      if (practice) verdicts.set(index, delivered);
      else await task.stimuli.release(index);
    },
  };
}

/**
 * @param {number} index
 * @param {Parts} parts
 * @param {Map<number, Promise<StoredAnswer>>} verdicts
 */
function feedbackNode(index, { task }, verdicts) {
  return {
    type: FeedbackPlugin,
    stored: () => verdicts.get(index),
    wrong: task.texts.wrong,
    shown: (/** @type {string} */ right) => task.shown(index, right),
    on_finish: () => task.stimuli.release(index),
  };
}

/**
 * @param {Exclude<Step, {kind: "trial" | "feedback"}>} step
 * @param {SessionView} session
 * @param {Task} task
 */
function pageNode(step, session, task) {
  const page = (/** @type {string} */ title, /** @type {string[]} */ paragraphs, more = {}) => ({
    type: PagePlugin,
    title,
    paragraphs,
    button: texts.continue,
    ...more,
  });
  switch (step.kind) {
    case "instructions": {
      const more = { button: texts.begin, words: task.vocabulary };
      return page(texts.instructionsTitle, session.instructions, more);
    }
    case "welcome_back":
      return page(texts.welcomeBackTitle, task.texts.welcomeBack(step.answered, step.left));
    case "practice_done":
      return page(texts.practiceDoneTitle, task.texts.practiceDone(step.left));
    case "break":
      return page(texts.breakTitle, task.texts.break(step.done, step.total));
  }
}
