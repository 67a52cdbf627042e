/**
 * The answers on their way to the server. Each is written to IndexedDB before the page moves on, and stays
 * there until the server has it: a reload, a crash or a lost connection loses nothing.
 */

import { createStore, del, set, values } from "../vendor/idb-keyval.js";

/** @import { OutboxEntry, Persist, StoredAnswer } from "./types.js" */
/** @import { Api } from "./api.js" */

/** The browser keeps the answers of all studies in one store. */
const store = createStore("metamerlab-outbox", "answers");

/** @param {OutboxEntry} entry */
const keyOf = (entry) => `${entry.code}/${entry.index}`;

export class Outbox {
  #code;
  #api;
  #persist;
  /** @type {Promise<unknown>} the delivery of all that was added so far, in order */
  #tail = Promise.resolve();

  /**
   * @param {string} code of the study link
   * @param {Pick<Api, "putAnswer" | "trials">} api
   * @param {Persist} persist
   */
  constructor(code, api, persist) {
    this.#code = code;
    this.#api = api;
    this.#persist = persist;
  }

  /**
   * Delivers what an earlier visit left behind. An answer to a stimulus that is not in this session's plan is
   * another participant's, of whom this browser has no session any more: it is not sent in this one's name.
   */
  async recover() {
    /** @type {OutboxEntry[]} */
    const all = await values(store).catch(() => []);
    const left = all.filter((entry) => entry.code === this.#code).sort((a, b) => a.index - b.index);
    for (const entry of left) {
      const [view] = await this.#persist(() => this.#api.trials(entry.index, 1));
      if (view && view.stimulus === (entry.stimulus ?? entry.image)) await this.#deliver(entry);
      else await del(keyOf(entry), store);
    }
  }

  /**
   * Resolves when the answer is safe: written here or, where the browser lets us write nothing, delivered.
   * @param {number} index
   * @param {string} stimulus address of what was answered
   * @param {import("./types.js").Answer} body
   * @returns {Promise<{delivered: Promise<StoredAnswer>}>}
   */
  async add(index, stimulus, body) {
    const entry = { code: this.#code, index, stimulus, body };
    const written = await set(keyOf(entry), entry, store).then(
      () => true,
      () => false,
    );
    const delivered = this.#tail.then(() => this.#deliver(entry));
    this.#tail = delivered;
    delivered.catch(() => undefined); // drained() reports it
    if (!written) await delivered;
    return { delivered };
  }

  /** Resolves when the server has everything, and fails when it refused something. */
  async drained() {
    await this.#tail;
  }

  /** @param {OutboxEntry} entry */
  async #deliver(entry) {
    const stored = await this.#persist(() => this.#api.putAnswer(entry.index, entry.body));
    await del(keyOf(entry), store).catch(() => undefined);
    return stored;
  }
}
