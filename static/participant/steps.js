/** What comes after what in a session: pure, so that it is tested without a page. */

/** @import { PictureTask, SessionView } from "./types.js" */

/**
 * @typedef {{kind: "instructions"} | {kind: "welcome_back", answered: number, left: number}
 *   | {kind: "trial", index: number, practice: boolean} | {kind: "feedback", index: number}
 *   | {kind: "practice_done", left: number} | {kind: "break", done: number, total: number}} Step
 */

/**
 * The steps from the first unanswered trial to the last; none when all are answered. Breaks count main trials
 * only, as the progress line does, and none comes after the last trial.
 * @param {Pick<SessionView, "total" | "practice" | "next_index" | "breaks_after">} session
 * @returns {Step[]}
 */
export function stepsOf({ total, practice, next_index: first, breaks_after: breaks }) {
  if (first === null) return [];
  /** @type {Step[]} */
  const steps = [
    first === 0
      ? { kind: "instructions" }
      : { kind: "welcome_back", answered: first, left: total - first },
  ];
  for (let index = first; index < total; index += 1) {
    const isPractice = index < practice;
    const isLast = index === total - 1;
    steps.push({ kind: "trial", index, practice: isPractice });
    if (isPractice) steps.push({ kind: "feedback", index });
    if (index === practice - 1 && !isLast) steps.push({ kind: "practice_done", left: total - practice });
    else if (breaks.includes(index) && !isLast) {
      steps.push({ kind: "break", done: index + 1 - practice, total: total - practice });
    }
  }
  return steps;
}

/**
 * How far a trial is along its part of the session, counted from 1.
 * @param {Pick<SessionView, "total" | "practice">} session
 * @param {number} index
 */
export function place({ total, practice }, index) {
  return index < practice
    ? { number: index + 1, of: practice }
    : { number: index + 1 - practice, of: total - practice };
}

/**
 * The durations of a trial's phases: practice is shown longer.
 * @param {PictureTask["timing"]} timing
 * @param {boolean} practice
 */
export function durations(timing, practice) {
  const { blank_ms, fixation_ms, image_ms, mask_ms, practice_image_ms, practice_mask_ms } = timing;
  if (!practice) return { blank_ms, fixation_ms, image_ms, mask_ms };
  return { blank_ms, fixation_ms, image_ms: practice_image_ms, mask_ms: practice_mask_ms };
}
