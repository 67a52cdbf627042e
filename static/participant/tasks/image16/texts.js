/** What the participant reads when pictures are named. */

import { counted, saved } from "../../texts.js";

/** @import { TaskTexts } from "../../texts.js" */

/** @type {TaskTexts & {small: string, shown: string}} */
export const pictureTexts = {
  small: "The window is too small for the picture: please make it larger, turn the device, or zoom out.",
  shown: "The picture that was shown",
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
