/**
 * A drawer in the browser's own database. Browsers deny it, lack it, or never answer when it is opened: then
 * nothing is kept, each call says so, and the page goes on without.
 */

import { createStore, del, set, values } from "../vendor/idb-keyval.js";
import { LateError, within } from "./signal.js";

/** @import { UseStore } from "../vendor/idb-keyval.js" */

const PATIENCE_MS = 4000;

export class Drawer {
  #store;
  #patienceMs;
  #silent = false;

  /**
   * @param {string} database
   * @param {number} [patienceMs] how long the browser may take; one that took longer is not asked again
   */
  constructor(database, patienceMs = PATIENCE_MS) {
    this.#store = createStore(database, "answers");
    this.#patienceMs = patienceMs;
  }

  /** @param {string} key @param {unknown} value @returns {Promise<boolean>} whether it is kept */
  async put(key, value) {
    return (await this.#asked((store) => set(key, value, store).then(() => true))) ?? false;
  }

  /** @param {string} key */
  async remove(key) {
    await this.#asked((store) => del(key, store));
  }

  /** @returns {Promise<any[]>} all that is kept */
  async all() {
    return (await this.#asked((store) => values(store))) ?? [];
  }

  /**
   * @template T
   * @param {(store: UseStore) => Promise<T>} ask
   * @returns {Promise<T | null>}
   */
  async #asked(ask) {
    if (this.#silent) return null;
    try {
      return await within(Promise.resolve(this.#store).then(ask), this.#patienceMs);
    } catch (error) {
      if (error instanceof LateError) this.#silent = true;
      return null;
    }
  }
}
