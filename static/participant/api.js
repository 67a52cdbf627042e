/** The server's interface, one method per request. Errors are temporary (try again) or refusals (do not). */

import { EarlyError, TemporaryError } from "./retry.js";
import { timeoutSignal } from "./signal.js";

/** @import { Answer, AsideNote, EventDetail, EventKind, SessionView, StepResult } from "./types.js" */
/** @import { StoredAnswer, StoredResult, TrialView } from "./types.js" */

const REQUEST_TIMEOUT_MS = 20_000;
const TOO_EARLY = 425;
const TEMPORARY_STATUS = [408, 429];

/** The server understood and refused. */
export class RefusedError extends Error {
  /**
   * @param {number} status
   * @param {any} body
   */
  constructor(status, body) {
    super(body?.error?.message ?? `The server answered ${status}.`);
    this.status = status;
    this.body = body;
    /** @type {string} */
    this.code = body?.error?.code ?? "";
  }
}

/**
 * @param {string} address
 * @param {RequestInit} [options]
 */
async function request(address, options) {
  let response;
  try {
    response = await fetch(address, { ...options, signal: timeoutSignal(REQUEST_TIMEOUT_MS) });
  } catch (error) {
    throw new TemporaryError(`${address} was not reached`, { cause: error });
  }
  if (response.ok) return response;
  if (response.status === TOO_EARLY) throw new EarlyError(`${address} is to be asked later`);
  if (response.status >= 500 || TEMPORARY_STATUS.includes(response.status)) {
    throw new TemporaryError(`${address} answered ${response.status}`);
  }
  throw new RefusedError(response.status, await response.json().catch(() => null));
}

/**
 * @param {"PUT" | "POST"} method
 * @param {unknown} body
 */
function json(method, body) {
  return { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

/**
 * The body of a response, when the connection breaks in the middle of it too.
 * @template T
 * @param {Promise<T>} body
 * @returns {Promise<T>}
 */
async function received(body) {
  try {
    return await body;
  } catch (error) {
    throw new TemporaryError("the answer broke off", { cause: error });
  }
}

/**
 * What is stored now, whether it is what was sent or what came before it.
 * @param {Promise<Response>} response
 */
async function stored(response) {
  try {
    return await received((await response).json());
  } catch (error) {
    if (error instanceof RefusedError && error.code === "answered_before") return error.body.error.detail;
    throw error;
  }
}

export class Api {
  #root;
  /** Names this page to the server, which lets one page at a time run a session. */
  lease = "";
  /** Whether what is sent was given before this page: it does not show that the participant is here now. */
  leftover = false;

  /** @param {string} code of the study link */
  constructor(code) {
    this.#root = `/api/${code}`;
  }

  /**
   * Runs the session on this page from now on. Refused ("lease_held") where another page does.
   * @param {string} lease
   * @param {{previous: string | null, takeOver: boolean}} how previous: the last lease of this browser
   * @returns {Promise<SessionView>}
   */
  async begin(lease, { previous, takeOver }) {
    const asked = { lease, previous, take_over: takeOver };
    const view = await received((await request(`${this.#root}/session`, json("POST", asked))).json());
    this.lease = lease;
    return view;
  }

  /** @returns {Promise<SessionView>} */
  async session() {
    return received((await request(`${this.#root}/session`)).json());
  }

  /**
   * @param {number} start
   * @param {number} count
   * @returns {Promise<TrialView[]>}
   */
  async trials(start, count) {
    const response = await request(`${this.#root}/trials?start=${start}&count=${count}`);
    return (await received(response.json())).trials;
  }

  /**
   * Stores an answer. The server's refusal of a second answer to the same trial carries the first one: it is
   * there, and that is what matters.
   * @param {number} index
   * @param {Answer} answer
   * @returns {Promise<StoredAnswer>}
   */
  putAnswer(index, answer) {
    return stored(request(`${this.#root}/trials/${index}`, this.#leased("PUT", answer)));
  }

  /**
   * Stores the result of a step, as `putAnswer` does an answer.
   * @param {number} position
   * @param {StepResult} result
   * @returns {Promise<StoredResult>}
   */
  putResult(position, result) {
    return stored(request(`${this.#root}/steps/${position}`, this.#leased("PUT", result)));
  }

  /**
   * Gives up an answer that was refused for good: its trial counts as passed. Safe to repeat; where an answer
   * is stored after all, that is as good.
   * @param {number} index
   * @param {AsideNote} note
   * @returns {Promise<{next_index: number | null}>}
   */
  async setAside(index, note) {
    try {
      const response = await request(`${this.#root}/trials/${index}/set-aside`, this.#leased("POST", note));
      return await received(response.json());
    } catch (error) {
      if (error instanceof RefusedError && error.code === "answered_before") return { next_index: null };
      throw error;
    }
  }

  /**
   * Notes that something happened; never fails, for nothing hangs on it.
   * @param {EventKind} kind
   * @param {EventDetail} detail
   */
  async event(kind, detail) {
    const options = { ...json("POST", { kind, detail }), keepalive: true };
    await request(`${this.#root}/events`, options).catch(() => undefined);
  }

  /** Ends the session when all answers are stored. */
  async finish() {
    await request(`${this.#root}/finish`, json("POST", {}));
  }

  /**
   * What the server made for the step that is due.
   * @param {number} position
   * @param {number} number from 0
   * @returns {Promise<Blob>}
   */
  async stepFile(position, number) {
    return received((await request(`${this.#root}/steps/${position}/files/${number}`, { cache: "no-store" })).blob());
  }

  /**
   * @param {"PUT" | "POST"} method
   * @param {unknown} body
   */
  #leased(method, body) {
    const options = json(method, body);
    /** @type {Record<string, string>} */
    const headers = { ...options.headers };
    if (this.lease) headers["X-Session-Lease"] = this.lease;
    if (this.leftover) headers["X-Session-Leftover"] = "yes";
    return { ...options, headers };
  }

  /**
   * @param {string} address
   * @param {RequestCache} cache "reload" fetches anew what the browser may have kept broken
   * @returns {Promise<Blob>}
   */
  async stimulus(address, cache) {
    return received((await request(address, { cache })).blob());
  }
}
