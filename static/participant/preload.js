/** The stimuli of the coming trials: fetched, checked and decoded before each trial, let go after it. */

import { checkDigest } from "./digest.js";
import { Downloads } from "./downloads.js";
import { SaidError } from "./language.js";

/** @import { Persist, TrialView } from "./types.js" */
/** @import { Api } from "./api.js" */

/** So many trials are told of at once, and so many after the one that is due are fetched. */
const USUAL = { window: 20, ahead: 10 };
const TRIES = 3;

/** The device, not the file, is why a file cannot be decoded. */
export class DeviceError extends SaidError {}

/** The server has taken this trial out of the session, and all after it of its part: the session says what is due. */
export class DroppedError extends Error {}

/**
 * Fetches a file until it is whole: it has the digest, and can be decoded.
 * @callback Fetched
 * @param {string} address
 * @param {string | null} sha256 null where the plan does not tell it
 * @param {(file: Blob) => Promise<any>} decode
 * @returns {Promise<any>}
 */

/**
 * What makes a trial's stimuli of its files, and what lets go of them.
 * @template Loaded
 * @typedef {object} Decoder
 * @property {(view: TrialView, fetched: Fetched) => Promise<Loaded>} load
 * @property {(loaded: Loaded) => void} release
 */

/** @template Loaded */
export class Preload {
  #api;
  #persist;
  #total;
  #decoder;
  #reach;
  #downloads = new Downloads();
  /** @type {Map<number, Promise<TrialView[]>>} by number of the window */
  #windows = new Map();
  /** @type {Map<number, Promise<Loaded & {view: TrialView}>>} by trial index */
  #trials = new Map();

  /**
   * @param {Pick<Api, "trials" | "stimulus">} api
   * @param {Persist} persist
   * @param {number} total number of trials in the session
   * @param {Decoder<Loaded>} decoder
   * @param {{window: number, ahead: number}} reach
   */
  constructor(api, persist, total, decoder, reach = USUAL) {
    this.#reach = reach;
    this.#api = api;
    this.#persist = persist;
    this.#total = total;
    this.#decoder = decoder;
  }

  /**
   * The trial with its stimuli; those after it follow them from now on.
   * @param {number} index
   * @returns {Promise<Loaded & {view: TrialView}>}
   */
  trial(index) {
    this.#downloads.first(index);
    const loaded = this.#start(index);
    for (let next = index + 1; next <= Math.min(index + this.#reach.ahead, this.#total - 1); next += 1) {
      this.#start(next);
    }
    return loaded;
  }

  /** @param {number} index of a trial that is over, as are those before it */
  async release(index) {
    const loaded = await this.#trials.get(index);
    this.#trials.delete(index);
    this.#windows.delete(Math.floor((index + 1) / this.#reach.window) - 1);
    if (loaded) this.#decoder.release(loaded);
  }

  /** @param {number} index */
  #start(index) {
    return remembered(this.#trials, index, () => this.#load(index));
  }

  /** @param {number} index */
  async #load(index) {
    const { window } = this.#reach;
    const number = Math.floor(index / window);
    const views = await remembered(this.#windows, number, () =>
      this.#persist(() => this.#api.trials(number * window, window)),
    );
    const view = views[index - number * window];
    if (!view) throw new DroppedError(`Trial ${index} is not shown.`);
    /** @type {Fetched} */
    const fetched = (address, sha256, decode) => this.#fetched(index, address, sha256, decode);
    return { view, ...(await this.#decoder.load(view, fetched)) };
  }

  /**
   * A pause after a failure lies outside of the download, which then has no place among the few.
   * @param {number} index of the trial that needs the file
   * @param {string} address
   * @param {string | null} sha256
   * @param {(file: Blob) => Promise<any>} decode
   */
  #fetched(index, address, sha256, decode) {
    const download = (/** @type {RequestCache} */ cache) =>
      this.#persist(() => this.#downloads.add(index, () => this.#api.stimulus(address, cache)));
    return untilDecoded(download, async (file) => {
      await checkDigest(file, sha256);
      return decode(file);
    });
  }
}

/**
 * Fetches a file until it can be decoded, a few times at most.
 * @template T
 * @param {(cache: RequestCache) => Promise<Blob>} fetched
 * @param {(file: Blob) => Promise<T>} decode
 * @returns {Promise<T>}
 */
export async function untilDecoded(fetched, decode) {
  for (let tries = 1; ; tries += 1) {
    const file = await fetched(tries === 1 ? "default" : "reload");
    try {
      return await decode(file);
    } catch (error) {
      if (error instanceof DeviceError) throw error;
      if (tries === TRIES) throw new SaidError("failed-damaged", { cause: error });
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
export function remembered(kept, key, make) {
  let value = kept.get(key);
  if (!value) {
    value = make();
    value.catch(() => undefined);
    kept.set(key, value);
  }
  return value;
}
