/** What the participant reads, in one place. */

/** @param {number} n @param {string} one @param {string} many */
const counted = (n, one, many) => `${n} ${n === 1 ? one : many}`;

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
 * What is said differently of pictures and of sounds.
 * @typedef {object} TaskTexts
 * @property {string} start
 * @property {string} question
 * @property {(number: number, of: number, practice: boolean) => string} progress
 * @property {(answered: number, left: number) => string[]} welcomeBack
 * @property {(left: number) => string[]} practiceDone
 * @property {(done: number, total: number) => string[]} break
 * @property {(label: string, given: string) => string} wrong
 */

/** @param {number} answered */
const saved = (answered) =>
  answered ? `${counted(answered, "answer is", "answers are")} saved, and nothing was lost.` : "Nothing was lost.";

/** @type {TaskTexts & {small: string}} */
export const pictureTexts = {
  small: "The window is too small for the picture: please make it larger, turn the device, or zoom out.",
  start: "Show the picture",
  question: "What was it?",
  progress: (number, of, practice) => `${practice ? "Practice" : "Picture"} ${number} of ${of}`,
  welcomeBack: (answered, left) => [
    saved(answered),
    `You go on where you left off: ${counted(left, "picture", "pictures")} to go.`,
  ],
  practiceDone: (left) => [
    `Now come the real pictures: ${left} of them, shown just as briefly, and without a word about right or wrong.`,
    "Some are hard to tell. Choose whatever fits best, even when you have to guess.",
  ],
  break: (done, total) => [
    `${done} of ${total} pictures are behind you.`,
    "Look into the distance for a moment, and go on when you are ready.",
  ],
  wrong: (label, given) => `It was: ${label}. You chose: ${given}.`,
};

/** @type {TaskTexts & Record<string, any>} */
export const wordTexts = {
  start: "Play the sound",
  question: "Which word was in the middle?",
  progress: (number, of, practice) => `${practice ? "Practice" : "Sound"} ${number} of ${of}`,
  welcomeBack: (answered, left) => [
    saved(answered),
    `You go on where you left off: ${counted(left, "sound", "sounds")} to go.`,
  ],
  practiceDone: (left) => [
    `Now come the real sounds: ${left} of them, each played once, and without a word about right or wrong.`,
    "Some are hard to tell. Give the word that comes closest, even when you have to guess.",
  ],
  break: (done, total) => [
    `${done} of ${total} sounds are behind you.`,
    "Rest your ears for a moment, and go on when you are ready.",
  ],
  wrong: (label, given) => `It was: ${label}. Your word: ${given}.`,
  listen: "Listen …",
  silent: "Your browser plays no sound yet. Please click or tap here once more",

  confirm: "Confirm",
  list: "Words of the list",
  typeHint: "Type the word. Words that fit are listed.",
  exactHint: "Press Enter or Confirm to give this word.",
  notExact: "This is no word of the list. Please go on typing, or choose one that is listed.",
  /** @param {number} count */
  matching: (count) => (count ? `${counted(count, "word fits", "words fit")}.` : "No word of the list fits."),
};
