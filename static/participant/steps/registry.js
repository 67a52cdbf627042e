/**
 * What shows each kind of step. The server says which steps come (app/steps there): a kind has a module on
 * either side, of the same name.
 */

import { showInstructions } from "./instructions.js";
import { showPractice } from "./practice.js";
import { showPracticeDone } from "./practice_done.js";
import { showRestBreak } from "./rest_break.js";
import { showSoundLevel } from "./sound_level.js";
import { showTrials } from "./trials.js";

/** @import { StepView, StepTools } from "../types.js" */

/**
 * Shows a step on the empty display and resolves when it is over: to its result, or to null if it held trials,
 * whose answers are on their way then.
 * @callback Show
 * @param {HTMLElement} display
 * @param {StepView} step
 * @param {StepTools} tools
 * @returns {Promise<object | null>}
 */

/** @type {Map<string, Show>} */
export const KINDS = new Map([
  ["instructions", showInstructions],
  ["sound_level", showSoundLevel],
  ["practice", showPractice],
  ["practice_done", showPracticeDone],
  ["trials", showTrials],
  ["rest_break", showRestBreak],
]);

/**
 * Shows the steps one after the other. The result of each is safe before the next one begins.
 * @param {HTMLElement} display
 * @param {StepView[]} steps
 * @param {StepTools} tools
 */
export async function showSteps(display, steps, tools) {
  for (const step of steps) {
    const show = KINDS.get(step.kind);
    if (!show) throw new Error(`This page does not know the step "${step.kind}".`);
    const result = await show(display, step, tools);
    display.replaceChildren();
    if (!result) continue;
    const { delivered } = await tools.outbox.addResult(step, tools.session.session, result);
    delivered.catch(tools.onRefusal);
  }
}
