/** Trials one after the other, as jsPsych's timeline, and what happens when one has been answered. */

import { initJsPsych } from "../../vendor/jspsych.js";
import { ofTask, say } from "../language.js";
import { uuid } from "../uuid.js";
import { FeedbackPlugin } from "./feedback.js";

/** @import { Answer, SessionView, StepTools, StepView, StoredAnswer, TimelineNode } from "../types.js" */

/**
 * Runs the trials of a step that are not answered yet.
 * @param {HTMLElement} display
 * @param {StepView} step
 * @param {StepTools} tools
 * @param {{practice: boolean}} how
 */
export async function showBlock(display, step, tools, how) {
  const nodes = trialsOf(step, tools.session).flatMap((index) => nodesOf(index, step, tools, how));
  const jsPsych = initJsPsych({ display_element: display, use_webaudio: false });
  await jsPsych.run(nodes);
  return null;
}

/**
 * @param {Pick<StepView, "trials">} step
 * @param {Pick<SessionView, "next_index">} session
 */
export function trialsOf({ trials }, { next_index: due }) {
  const { first, last } = /** @type {{first: number, last: number}} */ (trials);
  const from = Math.max(first, due ?? first);
  return Array.from({ length: Math.max(0, last + 1 - from) }, (_, n) => from + n);
}

/**
 * How far a trial is along its part of the session, counted from 1.
 * @param {Pick<SessionView, "total" | "practice" | "gate">} session
 * @param {number} index
 */
export function place({ total, practice, gate }, index) {
  if (index < practice) return { number: index + 1, of: practice };
  const before = index < practice + gate ? practice : practice + gate;
  return { number: index + 1 - before, of: index < practice + gate ? gate : total - before };
}

/**
 * @param {number} index
 * @param {StepView} step
 * @param {StepTools} tools
 * @param {{practice: boolean}} how
 * @returns {TimelineNode[]}
 */
function nodesOf(index, step, { session, task, outbox, onRefusal }, { practice }) {
  const { number, of } = place(session, index);
  const { screen } = session;
  /** @type {Promise<StoredAnswer> | null} the server's word on the answer */
  let verdict = null;
  const release = () => task.stimuli.release(index);
  const trial = {
    ...task.trial(index, practice, screen),
    progress: say(practice ? ofTask(task, "progress-practice") : ofTask(task, "progress"), { number, of }),
    on_finish: async (/** @type {Omit<Answer, "uuid">} */ { answer, rt_ms, timing }) => {
      const { view } = await task.stimuli.trial(index);
      const body = { uuid: uuid(), answer, rt_ms, timing };
      const { delivered } = await outbox.add(index, view.stimulus, body, step.position);
      delivered.catch(onRefusal);
      verdict = delivered;
      if (!practice) await release();
    },
  };
  if (!practice) return [trial];
  const feedback = {
    type: FeedbackPlugin,
    stored: () => verdict,
    right: (/** @type {string} */ right) => say("feedback-right", { label: task.label(right) }),
    wrong: (/** @type {string} */ right, /** @type {string} */ given) =>
      say(ofTask(task, "wrong"), { label: task.label(right), given: task.label(given) }),
    shown: (/** @type {string} */ right) => task.shown(index, right),
    on_finish: release,
  };
  return [trial, feedback];
}
