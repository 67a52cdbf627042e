/** What the participant reads, whatever the task; each task has its own texts beside these. */

/**
 * A number with its noun.
 * @param {number} n
 * @param {string} one
 * @param {string} many
 */
export const counted = (n, one, many) => `${n} ${n === 1 ? one : many}`;

export const texts = {
  loading: "One moment …",
  startHint: "Press the space bar, click or tap",
  slow: "This takes longer than usual. If it does not go on, load the page again: nothing is lost.",

  instructionsTitle: "What you will do",
  begin: "Start",
  /** @param {number} count */
  allWords: (count) => `All ${count} words`,
  welcomeBackTitle: "Welcome back",
  continue: "Continue",
  practiceDoneTitle: "The practice is over",
  breakTitle: "Time for a short break",
  /** @param {string} label */
  right: (label) => `Right: ${label}`,

  saving: "Saving your last answers …",
  reconnecting: "Reconnecting … Your answers are safe.",
  reconnectingOpen: "Reconnecting … Please keep this page open.",
  elsewhereTitle: "Open in another tab",
  elsewhere: ["This study is open in another tab or window. You can go on there, or take it over here."],
  takeOver: "Continue here",
  failedTitle: "Something went wrong",
  failed: "The answers that you gave are safe. Please load the page again to go on.",
  failedOpen: "Please load the page again to go on. Answers that were saved before are still there.",
  unknownTitle: "This page does not know you any more",
  unknown: [
    "Perhaps you went on in another browser, or began anew in another window: then please go on there.",
    "Answers that were saved are still there.",
  ],
  openLink: "Open the study's link",
  reload: "Load again",
};

/**
 * What each task says in its own words.
 * @typedef {object} TaskTexts
 * @property {string} start
 * @property {string} question
 * @property {(number: number, of: number, practice: boolean) => string} progress
 * @property {(answered: number, left: number) => string[]} welcomeBack
 * @property {(left: number) => string[]} practiceDone
 * @property {(done: number, total: number) => string[]} break
 * @property {(label: string, given: string) => string} wrong
 */

/**
 * That answers are safe, to who comes back.
 * @param {number} answered
 */
export const saved = (answered) =>
  answered ? `${counted(answered, "answer is", "answers are")} saved, and nothing was lost.` : "Nothing was lost.";
