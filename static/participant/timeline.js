/** The session's steps as jsPsych's timeline, and what happens when a trial has been answered. */

import { FeedbackPlugin } from "./feedback.js";
import { Image16Plugin } from "./image16.js";
import { PagePlugin } from "./page.js";
import { durations, place, stepsOf } from "./steps.js";
import { texts } from "./texts.js";
import { uuid } from "./uuid.js";

/** @import { Attention } from "./attention.js" */
/** @import { FrameClock } from "./clock.js" */
/** @import { Outbox } from "./outbox.js" */
/** @import { Pictures } from "./preload.js" */
/** @import { Stage } from "./stage.js" */
/** @import { Step } from "./steps.js" */
/** @import { Answer, SessionView, StoredAnswer } from "./types.js" */

/**
 * @typedef {object} Parts
 * @property {Stage} stage
 * @property {FrameClock} clock
 * @property {Attention} attention
 * @property {Pictures} pictures
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
  return stepsOf(session).map((step) => {
    if (step.kind === "trial") return trialNode(step, session, parts, verdicts);
    if (step.kind === "feedback") return feedbackNode(step.index, session, parts, verdicts);
    return pageNode(step, session);
  });
}

/**
 * @param {Extract<Step, {kind: "trial"}>} step
 * @param {SessionView} session
 * @param {Parts} parts
 * @param {Map<number, Promise<StoredAnswer>>} verdicts
 */
function trialNode({ index, practice }, session, parts, verdicts) {
  const { number, of } = place(session, index);
  return {
    type: Image16Plugin,
    load: () => parts.pictures.trial(index),
    choices: session.choices,
    ...durations(session.timing, practice),
    progress: practice ? texts.practiceProgress(number, of) : texts.progress(number, of),
    stage: () => parts.stage,
    clock: () => parts.clock,
    attention: () => parts.attention,
    on_finish: async (/** @type {Omit<Answer, "uuid">} */ { answer, rt_ms, timing }) => {
      const { view } = await parts.pictures.trial(index);
      const body = { uuid: uuid(), answer, rt_ms, timing };
      const { delivered } = await parts.outbox.add(index, view.image, body);
      delivered.catch(parts.onRefusal);
      if (practice) verdicts.set(index, delivered);
      else await parts.pictures.release(index);
    },
  };
}

/**
 * @param {number} index
 * @param {SessionView} session
 * @param {Parts} parts
 * @param {Map<number, Promise<StoredAnswer>>} verdicts
 */
function feedbackNode(index, session, parts, verdicts) {
  return {
    type: FeedbackPlugin,
    stored: () => verdicts.get(index),
    picture: async () => (await parts.pictures.trial(index)).image,
    choices: session.choices,
    on_finish: () => parts.pictures.release(index),
  };
}

/**
 * @param {Exclude<Step, {kind: "trial" | "feedback"}>} step
 * @param {SessionView} session
 */
function pageNode(step, session) {
  const page = (/** @type {string} */ title, /** @type {string[]} */ paragraphs, button = texts.continue) => ({
    type: PagePlugin,
    title,
    paragraphs,
    button,
  });
  switch (step.kind) {
    case "instructions":
      return page(texts.instructionsTitle, session.instructions, texts.begin);
    case "welcome_back":
      return page(texts.welcomeBackTitle, texts.welcomeBack(step.answered, step.left));
    case "practice_done":
      return page(texts.practiceDoneTitle, texts.practiceDone(step.left));
    case "break":
      return page(texts.breakTitle, texts.break(step.done, step.total));
  }
}
