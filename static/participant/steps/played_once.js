/**
 * How far sounds that are played once have been heard. It is kept in the browser and not in the page, so that a
 * reload or another tab goes on at the next sound.
 */

/** Of a sound that was started and has no answer. */
const NONE = "-";

export class PlayedOnce {
  #key;
  #answers = "";
  #interruptions = 0;

  /**
   * @param {string} name names this step of this session and no other
   * @param {number} count of the sounds
   */
  constructor(name, count) {
    this.#key = `metamerlab/${name}/sounds`;
    const { answers, interruptions } = kept(this.#key);
    if (typeof answers !== "string" || !/^[1-3-]*$/.test(answers) || answers.length > count) return;
    this.#answers = answers;
    this.#interruptions = Number(interruptions) || 0;
  }

  /** The first sound that has not been started, from 0. */
  get next() {
    return this.#answers.length;
  }

  /** A character for each sound that was started. */
  get answers() {
    return this.#answers;
  }

  get interruptions() {
    return this.#interruptions;
  }

  /** The next sound begins: from now on it counts as played. */
  begin() {
    this.#answers += NONE;
    this.#keep();
  }

  /** @param {number} interruptions of the sound that began last */
  ended(interruptions) {
    this.#interruptions += interruptions;
    this.#keep();
  }

  /** @param {number} answer 1 to 3, to the sound that began last */
  answer(answer) {
    this.#answers = this.#answers.slice(0, -1) + answer;
    this.#keep();
  }

  #keep() {
    try {
      localStorage.setItem(this.#key, JSON.stringify({ answers: this.#answers, interruptions: this.#interruptions }));
    } catch {
      // A browser that keeps nothing: a reload begins anew.
    }
  }
}

/** @param {string} key @returns {Record<string, unknown>} */
function kept(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "{}") ?? {};
  } catch {
    return {};
  }
}
