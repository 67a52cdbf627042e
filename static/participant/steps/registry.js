/**
 * What shows each kind of step. The server says which steps come (app/steps there): a kind has a module on
 * either side, of the same name.
 */

import { arrived } from "../later.js";
import { DroppedError } from "../preload.js";
import { showGate } from "./gate.js";
import { showHeadphoneCheck } from "./headphone_check.js";
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

/**
 * Shows a step whose module is loaded only in sessions that have it.
 * @param {() => Promise<Show>} load
 * @returns {Show}
 */
const showLater = (load) => async (display, step, tools) => (await arrived(load))(display, step, tools);

/** @type {Map<string, Show>} */
export const KINDS = new Map([
  ["device_check", showLater(async () => (await import("./device_check.js")).showDeviceCheck)],
  ["survey", showLater(async () => (await import("./survey.js")).showSurvey)],
  ["screen_scale", showLater(async () => (await import("./screen_scale.js")).showScreenScale)],
  ["fullscreen", showLater(async () => (await import("./fullscreen.js")).showFullscreen)],
  ["instructions", showInstructions],
  ["sound_level", showSoundLevel],
  ["headphone_check", showHeadphoneCheck],
  ["practice", showPractice],
  ["practice_done", showPracticeDone],
  ["gate", showGate],
  ["trials", showTrials],
  ["rest_break", showRestBreak],
  ["debrief", showLater(async () => (await import("./debrief.js")).showDebrief)],
]);

/**
 * Shows the steps one after the other. The result of each is safe before the next one begins. Resolves to the
 * position of the last one that was shown: where the server has dropped the trials that were left of a step, what
 * comes after it is for the session to say.
 * @param {HTMLElement} display
 * @param {StepView[]} steps at least one
 * @param {StepTools} tools
 */
export async function showSteps(display, steps, tools) {
  let shown = -1;
  for (const step of steps) {
    const show = KINDS.get(step.kind);
    if (!show) throw new Error(`This page does not know the step "${step.kind}".`);
    shown = step.position;
    const { dropped, result } = await outcome(show(display, step, tools));
    display.replaceChildren();
    if (dropped) break;
    if (!result) continue;
    const { delivered } = await tools.outbox.addResult(step, tools.session.session, result);
    delivered.catch(tools.onRefusal);
  }
  return shown;
}

/** @param {Promise<object | null>} shown */
async function outcome(shown) {
  try {
    return { dropped: false, result: await shown };
  } catch (error) {
    if (error instanceof DroppedError) return { dropped: true, result: null };
    throw error;
  }
}
