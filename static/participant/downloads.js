/**
 * Downloads in the order in which they are needed, a few at a time: those of the trial that is due come first.
 * One that runs is never broken off, since on a slow line all that it has received would be lost.
 */

/** At once, of the six connections that browsers open to a site: answers need one, too. */
const MOST = 3;

/**
 * @typedef {object} Waiting
 * @property {number} rank
 * @property {() => Promise<void>} run
 */

export class Downloads {
  /** @type {Waiting[]} */
  #waiting = [];
  /** @type {number[]} ranks of those that run */
  #running = [];
  #due = Infinity;

  /**
   * From now on nothing of a higher rank begins while a download of this rank, or a lower one, runs or waits:
   * it would take its share of the line.
   * @param {number} rank
   */
  first(rank) {
    this.#due = rank;
  }

  /**
   * Begins when its turn has come; what fails leaves its place to others.
   * @template T
   * @param {number} rank lower ones come first
   * @param {() => Promise<T>} download
   * @returns {Promise<T>}
   */
  add(rank, download) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ rank, run: () => download().then(resolve, reject) });
      this.#next();
    });
  }

  #next() {
    this.#waiting.sort((one, other) => one.rank - other.rank);
    while (this.#waiting.length && this.#running.length < MOST && this.#mayBegin(this.#waiting[0].rank)) {
      void this.#begin(/** @type {Waiting} */ (this.#waiting.shift()));
    }
  }

  /** @param {number} rank */
  #mayBegin(rank) {
    return rank <= this.#due || !this.#running.some((running) => running <= this.#due);
  }

  /** @param {Waiting} waiting */
  async #begin({ rank, run }) {
    this.#running.push(rank);
    await run();
    this.#running.splice(this.#running.indexOf(rank), 1);
    this.#next();
  }
}
