/** What the participant reads, in one place. */

/** @param {number} n @param {string} one @param {string} many */
const counted = (n, one, many) => `${n} ${n === 1 ? one : many}`;

export const texts = {
  /** @param {number} number @param {number} of */
  practiceProgress: (number, of) => `Practice ${number} of ${of}`,
  /** @param {number} number @param {number} of */
  progress: (number, of) => `Picture ${number} of ${of}`,
  loading: "One moment …",
  start: "Show the picture",
  startHint: "Press the space bar, click or tap",
  question: "What was it?",

  instructionsTitle: "What you will do",
  begin: "Start",
  welcomeBackTitle: "Welcome back",
  /** @param {number} answered @param {number} left */
  welcomeBack: (answered, left) => [
    `${counted(answered, "answer is", "answers are")} saved, and nothing was lost.`,
    `You go on where you left off: ${counted(left, "picture", "pictures")} to go.`,
  ],
  continue: "Continue",
  practiceDoneTitle: "The practice is over",
  /** @param {number} left */
  practiceDone: (left) => [
    `Now come the real pictures: ${left} of them, shown just as briefly, and without a word about right or wrong.`,
    "Some are hard to tell. Choose whatever fits best, even when you have to guess.",
  ],
  breakTitle: "Time for a short break",
  /** @param {number} done @param {number} total */
  break: (done, total) => [
    `${done} of ${total} pictures are behind you.`,
    "Look into the distance for a moment, and go on when you are ready.",
  ],
  /** @param {string} label */
  right: (label) => `Right: ${label}`,
  /** @param {string} label @param {string} chosen */
  wrong: (label, chosen) => `It was: ${label}. You chose: ${chosen}.`,

  saving: "Saving your last answers …",
  reconnecting: "Reconnecting … Your answers are safe.",
  elsewhereTitle: "Open in another tab",
  elsewhere: ["This study is open in another tab or window. You can go on there, or take it over here."],
  takeOver: "Continue here",
  failedTitle: "Something went wrong",
  failed: "The answers that you gave are safe. Please load the page again to go on.",
  reload: "Load again",
};
