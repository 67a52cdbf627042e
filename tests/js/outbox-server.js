/** A server, and the browser's database, for tests of the outbox. */

import "fake-indexeddb/auto";
import { beforeEach } from "node:test";
import { RefusedError } from "../../static/participant/api.js";
import { persist, TemporaryError } from "../../static/participant/retry.js";
import { clear, createStore } from "../../static/vendor/idb-keyval.js";

export const store = createStore("metamerlab-outbox", "answers");
export const refused = createStore("metamerlab-refused", "answers");
export const patient = (attempt) => persist(attempt, { pause: () => new Promise((resolve) => setImmediate(resolve)) });

beforeEach(() => Promise.all([clear(store), clear(refused)]));

export const refusal = (status, code, detail = {}) => new RefusedError(status, { error: { code, message: code, detail } });

/** A server in memory: unique on the trial, as the real one is; out of reach while `reachable` is false. */
export class Server {
  reachable = true;
  loseResponses = 0;
  calls = 0;
  stored = new Map();

  async putAnswer(index, answer) {
    this.calls += 1;
    if (!this.reachable) throw new TemporaryError("no network");
    if (!this.stored.has(index)) this.stored.set(index, answer);
    this.order.push(`trial ${index}`);
    if (this.loseResponses-- > 0) throw new TemporaryError("the response was lost");
    return { index, ...this.stored.get(index), next_index: null, feedback: null };
  }

  /** What it says of the trial that is due: null, nothing is. */
  due = null;
  aside = new Map();

  async session() {
    return { next_index: this.due, session: "ours" };
  }

  results = new Map();

  async putResult(position, body) {
    this.calls += 1;
    if (!this.reachable) throw new TemporaryError("no network");
    if (!this.results.has(position)) this.results.set(position, body);
    this.order.push(`step ${position}`);
    return { position, ...this.results.get(position), next_position: position + 1 };
  }

  /** What arrived, in order. */
  order = [];

  async setAside(index, note) {
    this.aside.set(index, note);
    return { next_index: index + 1 };
  }

  async trials(start, count) {
    return Array.from({ length: count }, (_, i) => ({ index: start + i, stimulus: `/stimuli/token${start + i}` }));
  }
}

export const answer = (uuid) => ({ uuid, answer: "dog", rt_ms: 500, timing: {} });
