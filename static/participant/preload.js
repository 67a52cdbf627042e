/** The pictures of the coming trials: fetched and decoded before each trial, let go after it. */

/** @import { LoadedTrial, Persist, TrialView } from "./types.js" */
/** @import { Api } from "./api.js" */

const WINDOW = 20;
const AHEAD = 10;
const DECODE_TRIES = 3;

export class Pictures {
  #api;
  #persist;
  #total;
  /** @type {Map<number, Promise<TrialView[]>>} by number of the window */
  #windows = new Map();
  /** @type {Map<number, Promise<LoadedTrial>>} by trial index */
  #trials = new Map();
  /** @type {Map<string, Promise<ImageBitmap>>} masks are few and shown again and again */
  #masks = new Map();

  /**
   * @param {Pick<Api, "trials" | "picture">} api
   * @param {Persist} persist
   * @param {number} total number of trials in the session
   */
  constructor(api, persist, total) {
    this.#api = api;
    this.#persist = persist;
    this.#total = total;
  }

  /**
   * The trial with its pictures; those after it are on their way from now on.
   * @param {number} index
   * @returns {Promise<LoadedTrial>}
   */
  async trial(index) {
    const loaded = this.#start(index);
    await loaded;
    for (let next = index + 1; next <= Math.min(index + AHEAD, this.#total - 1); next += 1) {
      this.#start(next);
    }
    return loaded;
  }

  /** @param {number} index of a trial that is over */
  async release(index) {
    const loaded = this.#trials.get(index);
    this.#trials.delete(index);
    (await loaded)?.image.close();
  }

  /** @param {number} index */
  #start(index) {
    return remembered(this.#trials, index, () => this.#load(index));
  }

  /** @param {number} index */
  async #load(index) {
    const number = Math.floor(index / WINDOW);
    const views = await remembered(this.#windows, number, () =>
      this.#persist(() => this.#api.trials(number * WINDOW, WINDOW)),
    );
    const view = views[index - number * WINDOW];
    const [image, mask] = await Promise.all([
      this.#decoded(view.image),
      remembered(this.#masks, view.mask, () => this.#decoded(view.mask)),
    ]);
    return { view, image, mask };
  }

  /**
   * @param {string} address
   * @returns {Promise<ImageBitmap>}
   */
  async #decoded(address) {
    for (let tries = 1; ; tries += 1) {
      const cache = tries === 1 ? "default" : "reload";
      const blob = await this.#persist(() => this.#api.picture(address, cache));
      try {
        return await createImageBitmap(blob);
      } catch (error) {
        if (tries === DECODE_TRIES) throw new Error("A picture arrived damaged.", { cause: error });
      }
    }
  }
}

/**
 * The promise kept under this key, or a new one. A failure waits there for the one who asks for it.
 * @template K, V
 * @param {Map<K, Promise<V>>} kept
 * @param {K} key
 * @param {() => Promise<V>} make
 * @returns {Promise<V>}
 */
function remembered(kept, key, make) {
  let value = kept.get(key);
  if (!value) {
    value = make();
    value.catch(() => undefined);
    kept.set(key, value);
  }
  return value;
}
