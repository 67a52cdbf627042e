/** What the participant reads when words are recognised. */

import { counted, saved } from "../../texts.js";

/** @import { TaskTexts } from "../../texts.js" */

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
