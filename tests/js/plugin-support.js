/** What the tests of the trial plugins share: a page's globals, and the names of a record's fields. */

import "./window.js";

export const page = { hidden: false, focused: true };
globalThis.innerWidth = 1366;
globalThis.innerHeight = 768;
globalThis.devicePixelRatio = 1;
globalThis.document = {
  documentElement: { lang: "en", className: "", dataset: { language: "en" } },
  querySelector: () => null,
  hasFocus: () => page.focused,
  get hidden() {
    return page.hidden;
  },
};

export const attention = { reset: () => undefined, record: { focus_losses: 0, hidden: false } };

/** A jsPsych whose timeline is at this trial, and which always draws the same. */
export const jsPsychAt = (index) => ({
  getProgress: () => ({ current_trial_global: index }),
  randomization: { sampleWithoutReplacement: ([first]) => [first], sampleExGaussian: () => 712 },
});

/** Names of all fields, those within fields too; of lists, those of an entry. */
export function namesOf(value) {
  if (Array.isArray(value)) return value.length ? namesOf(value[0]) : [];
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([name, inner]) => [name, ...namesOf(inner).map((each) => `${name}.${each}`)]);
}

/** The same of what a plugin declares. */
export function declared(data) {
  return Object.entries(data).flatMap(([name, { nested }]) => [
    name,
    ...(nested ? declared(nested).map((each) => `${name}.${each}`) : []),
  ]);
}
