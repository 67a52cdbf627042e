/**
 * Answers, and results of steps, on their way to the server. Each is written to the browser's database before
 * the page moves on, and stays there until the server has it: a reload, a crash or a lost connection loses
 * nothing. An answer that the server refuses for good is set aside, so that it does not stop those behind it.
 */

import { RefusedError } from "./api.js";
import { Drawer } from "./drawer.js";
import { uuid } from "./uuid.js";

/** @import { Api } from "./api.js" */
/** @import { Answer, AnswerEntry, OutboxEntry, Persist, ResultEntry } from "./types.js" */
/** @import { StepView, StoredAnswer, StoredResult } from "./types.js" */

/** The server expects another trial's answer, or a step, first: the session says which. */
export class NotDueError extends Error {}
/** Another page runs the session. What was to be sent stays here. */
export class LeaseLostError extends Error {}
/** The session has ended, and takes nothing any more. */
export class SessionOverError extends Error {}
const NOT_DUE = ["not_due", "step_not_due"];

/** Nothing is known of the session here, or of the trial: setting aside would be refused like the answer. */
const OF_THE_SESSION = [401, 404];
/** What the server takes of a refused answer, characters. */
const LONGEST = { code: 64, message: 500, body: 16_000 };

/** @param {OutboxEntry} entry @returns {entry is ResultEntry} */
const isResult = (entry) => "session" in entry;

/** @param {OutboxEntry} entry */
const keyOf = (entry) => `${entry.code}/${isResult(entry) ? `step ${entry.position}` : entry.index}`;

/** @param {OutboxEntry} entry its place in the session: older pages, which noted none, stored answers alone */
const placeOf = (entry) => [entry.position ?? -1, isResult(entry) ? 0 : entry.index];

export class Outbox {
  #code;
  #api;
  #persist;
  /** The browser keeps the answers of all studies in one drawer, and those that were refused in another. */
  #drawer;
  #refused;
  /** @type {Promise<unknown>} the delivery of all that was added so far, in order */
  #tail = Promise.resolve();
  #kept = true;

  /**
   * @param {string} code of the study link
   * @param {Pick<Api, "putAnswer" | "putResult" | "setAside" | "session" | "trials">} api
   * @param {Persist} persist
   * @param {{answers?: Drawer, refused?: Drawer}} [drawers]
   */
  constructor(code, api, persist, drawers = {}) {
    this.#code = code;
    this.#api = api;
    this.#persist = persist;
    this.#drawer = drawers.answers ?? new Drawer("metamerlab-outbox");
    this.#refused = drawers.refused ?? new Drawer("metamerlab-refused");
  }

  /** Whether answers outlive the page: false where the browser keeps nothing. */
  get kept() {
    return this.#kept;
  }

  /**
   * Delivers what an earlier visit left behind. An answer to a stimulus that is not in this session's plan is
   * another participant's, of whom this browser has no session any more: it is not sent in this one's name.
   * One whose trial is not due is not sent either: the trial comes again in its turn. Returns how many there were.
   */
  async recover() {
    /** @type {OutboxEntry[]} */
    const all = await this.#drawer.all();
    const left = all.filter((entry) => entry?.code === this.#code).sort(byPlace);
    for (const entry of left) {
      if (await this.#isOurs(entry)) await (isResult(entry) ? this.#deliverResult(entry) : this.#deliverAnswer(entry));
      else await this.#drawer.remove(keyOf(entry));
    }
    return left.length;
  }

  /**
   * Resolves when the answer is safe: written here or, where the browser lets us write nothing, delivered.
   * `delivered` is the server's word on it; of an answer that was set aside, there is no feedback.
   * @param {number} index
   * @param {string} stimulus address of what was answered
   * @param {Answer} body
   * @param {number} [position] of the trial's step
   * @returns {Promise<{delivered: Promise<StoredAnswer>}>}
   */
  add(index, stimulus, body, position) {
    /** @type {AnswerEntry} */
    const entry = { code: this.#code, position, index, stimulus, body };
    return this.#add(entry, () => this.#deliverAnswer(entry));
  }

  /**
   * As `add`, for what a step without trials gave. One that is refused for good is kept aside here; the
   * session goes on behind it.
   * @param {Pick<StepView, "position" | "kind">} step
   * @param {string} session its name
   * @param {object} result
   * @returns {Promise<{delivered: Promise<StoredResult | null>}>}
   */
  addResult({ position, kind }, session, result) {
    const entry = { code: this.#code, position, session, body: { uuid: uuid(), kind, result } };
    return this.#add(entry, () => this.#deliverResult(entry));
  }

  /**
   * @template Stored
   * @param {OutboxEntry} entry
   * @param {() => Promise<Stored>} deliver
   */
  async #add(entry, deliver) {
    this.#kept = await this.#drawer.put(keyOf(entry), entry);
    const delivered = this.#tail.then(deliver);
    this.#tail = delivered;
    delivered.catch(() => undefined); // drained() reports it
    if (!this.#kept) await delivered;
    return { delivered };
  }

  /** Resolves when the server has everything, and fails when something could neither be sent nor set aside. */
  async drained() {
    await this.#tail;
  }

  /**
   * Whether an entry belongs to this session. An answer that is not due is not asked about: the server tells of
   * no trials far ahead.
   * @param {OutboxEntry} entry
   */
  async #isOurs(entry) {
    if (!isResult(entry) && !Number.isInteger(entry.index)) return false;
    const { next_index: due, session } = await this.#persist(() => this.#api.session());
    if (isResult(entry)) return entry.session === session;
    if (due !== null && entry.index > due) return false;
    const [view] = await this.#persist(() => this.#api.trials(entry.index, 1));
    return view !== undefined && view.stimulus === (entry.stimulus ?? entry.image);
  }

  /** @param {ResultEntry} entry @returns {Promise<StoredResult | null>} */
  async #deliverResult(entry) {
    let stored = null;
    try {
      stored = await this.#persist(() => this.#api.putResult(entry.position, entry.body));
    } catch (error) {
      if (!(error instanceof RefusedError) || error.status === 401) throw error;
      await this.#throwWhatEndsThePage(entry, error);
      await this.#keepRefused(entry, error);
      if (NOT_DUE.includes(error.code)) {
        await this.#drawer.remove(keyOf(entry));
        throw new NotDueError(error.message);
      }
    }
    await this.#drawer.remove(keyOf(entry));
    return stored;
  }

  /** @param {OutboxEntry} entry @param {RefusedError} refusal */
  async #throwWhatEndsThePage(entry, refusal) {
    if (refusal.code === "lease_lost") throw new LeaseLostError(refusal.message);
    if (refusal.code !== "session_over") return;
    await this.#keepRefused(entry, refusal);
    await this.#drawer.remove(keyOf(entry));
    throw new SessionOverError(refusal.message);
  }

  /** @param {OutboxEntry} entry @param {RefusedError} refusal */
  async #keepRefused(entry, { message }) {
    await this.#refused.put(`${keyOf(entry)}/${entry.body.uuid}`, { ...entry, refusal: message });
  }

  /** @param {AnswerEntry} entry @returns {Promise<StoredAnswer>} */
  async #deliverAnswer(entry) {
    let stored;
    try {
      stored = await this.#persist(() => this.#api.putAnswer(entry.index, entry.body));
    } catch (error) {
      if (!(error instanceof RefusedError) || OF_THE_SESSION.includes(error.status)) throw error;
      await this.#throwWhatEndsThePage(entry, error);
      stored = await this.#setAside(entry, error);
    }
    await this.#drawer.remove(keyOf(entry));
    return stored;
  }

  /** @param {AnswerEntry} entry @param {RefusedError} refusal @returns {Promise<StoredAnswer>} */
  async #setAside(entry, refusal) {
    await this.#keepRefused(entry, refusal);
    const passed = { index: entry.index, uuid: entry.body.uuid, answer: entry.body.answer, feedback: null };
    if (NOT_DUE.includes(refusal.code)) {
      const { next_index: due } = await this.#persist(() => this.#api.session());
      if (refusal.code === "step_not_due" || (due !== null && due < entry.index)) {
        await this.#drawer.remove(keyOf(entry));
        throw new NotDueError(refusal.message);
      }
      if (due !== entry.index) return { ...passed, next_index: due };
    }
    const { next_index } = await this.#persist(() => this.#api.setAside(entry.index, noteOf(entry, refusal)));
    return { ...passed, next_index };
  }
}

/** @param {OutboxEntry} a @param {OutboxEntry} b */
function byPlace(a, b) {
  const [[position, index], [otherPosition, otherIndex]] = [placeOf(a), placeOf(b)];
  return position - otherPosition || index - otherIndex;
}

/** @param {AnswerEntry} entry @param {RefusedError} refusal */
function noteOf({ body }, { status, code, message }) {
  return {
    uuid: body.uuid,
    status,
    code: code.slice(0, LONGEST.code),
    message: message.slice(0, LONGEST.message),
    body: JSON.stringify(body).slice(0, LONGEST.body),
  };
}
