/** What the simulations of the trial plugins share. */

/** @import { JsPsych } from "jspsych" */

/**
 * jsPsych's simulation of a trial: "data-only" takes the made-up data at once, "visual" goes through the real
 * trial with `act` for hands.
 * @template Trial, Data
 * @param {{jsPsych: JsPsych, trial: (display: HTMLElement, trial: Trial, onLoad: () => void) => Promise<unknown>}} plugin
 * @param {Trial & {load: () => Promise<unknown>}} trial
 * @param {"data-only" | "visual"} mode
 * @param {Data} data
 * @param {() => void} onLoad
 * @param {() => void} act
 */
export async function simulated(plugin, trial, mode, data, onLoad, act) {
  if (mode === "data-only") {
    onLoad();
    return data;
  }
  const finished = plugin.trial(plugin.jsPsych.getDisplayElement(), trial, onLoad);
  await trial.load();
  act();
  return finished;
}
