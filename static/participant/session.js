/** Runs a session: the lease, what is left from before, the session's plan, the timeline, the end. */

import { initJsPsych } from "../vendor/jspsych.js";
import { Api, RefusedError } from "./api.js";
import { Attention } from "./attention.js";
import { element, translated } from "./dom.js";
import { takeLease } from "./lease.js";
import { Notice } from "./notice.js";
import { NotDueError, Outbox } from "./outbox.js";
import { pressed, showPage } from "./page.js";
import { pictureTask } from "./picture-task.js";
import { persist } from "./retry.js";
import { texts } from "./texts.js";
import { timelineOf } from "./timeline.js";
import { wordTask } from "./word-task.js";

/** @import { EventDetail, SessionView } from "./types.js" */

/** In the address of a page that takes the session over from another tab. */
const TAKE_OVER = "#take-over";

export class Session {
  #root;
  #code;
  #api;
  #outbox;

  /** @param {HTMLElement} root names the link's code, and is where everything is shown */
  constructor(root) {
    this.#root = root;
    this.#code = /** @type {string} */ (root.dataset.code);
    this.#api = new Api(this.#code);
    const line = /** @type {HTMLElement} */ (document.getElementById("notice"));
    const notice = new Notice(line, () => (this.#outbox.kept ? texts.reconnecting : texts.reconnectingOpen));
    const troubles = { onTrouble: () => notice.begin(), onRecovery: () => notice.end() };
    /** @type {import("./types.js").Persist} */
    this.persistently = (attempt) => persist(attempt, troubles);
    this.#outbox = new Outbox(this.#code, this.#api, this.persistently);
  }

  /** Runs the session to its end, or says why it cannot. */
  async run() {
    try {
      await this.#run();
    } catch (error) {
      await this.#fail(error);
    }
  }

  async #run() {
    const steal = location.hash === TAKE_OVER;
    if (steal) history.replaceState(null, "", location.pathname);
    const onLost = () => void this.#elsewhere();
    if (!(await takeLease(`metamerlab/${this.#code}`, { steal, onLost }))) return this.#elsewhere();
    await this.#outbox.recover();
    const session = await this.persistently(() => this.#api.session());
    if (session.completed) return location.replace(`/end/${this.#code}`);
    if (session.next_index !== null) await this.#runTrials(session);
    await this.#finish();
  }

  /** @param {SessionView} session */
  async #runTrials(session) {
    const api = this.#api;
    const attention = new Attention((kind, awayMs) => void api.event(kind, { away_ms: Math.round(awayMs) }));
    const tools = { api, persist: this.persistently, total: session.total, attention };
    const task = session.task.kind === "word" ? wordTask(session.task, tools) : pictureTask(session.task, tools);
    if (session.next_index !== null) task.stimuli.trial(session.next_index).catch(() => undefined);
    void task.environment().then((ofTask) => this.#tellEnvironment(session, ofTask));
    this.#root.replaceChildren();
    const jsPsych = initJsPsych({ display_element: this.#root, use_webaudio: false });
    const onRefusal = (/** @type {unknown} */ error) => void this.#fail(error);
    await jsPsych.run(timelineOf(session, { task, outbox: this.#outbox, onRefusal }));
  }

  /** @param {SessionView} session @param {EventDetail} ofTask */
  #tellEnvironment(session, ofTask) {
    if (session.next_index) void this.#api.event("resume", { trial_index: session.next_index });
    void this.#api.event("environment", {
      ...ofTask,
      screen_width_px: screen.width,
      screen_height_px: screen.height,
      window_width_px: innerWidth,
      window_height_px: innerHeight,
      device_pixel_ratio: devicePixelRatio,
      touch: matchMedia("(pointer: coarse)").matches,
      language: navigator.language,
      translated: translated(),
      browser: navigator.userAgent.slice(0, 200),
    });
  }

  async #finish() {
    this.#root.replaceChildren(element("p", { class: "saving", role: "status" }, texts.saving));
    document.body.dataset.phase = "page";
    await this.#outbox.drained();
    try {
      await this.persistently(() => this.#api.finish());
    } catch (error) {
      if (!(error instanceof RefusedError && error.status === 409)) throw error;
      const { next_index } = await this.persistently(() => this.#api.session());
      if (next_index === null) throw error;
      return location.reload(); // an answer is missing: the session knows which, and goes on there
    }
    location.replace(`/end/${this.#code}`);
  }

  async #elsewhere() {
    await this.#replacePage(texts.elsewhereTitle, texts.elsewhere, texts.takeOver);
    location.hash = TAKE_OVER;
    location.reload();
  }

  /** @param {unknown} error */
  async #fail(error) {
    if (error instanceof NotDueError) return location.reload(); // the session knows which trial is due
    const message = error instanceof Error ? error.message : String(error);
    void this.#api.event("error", { message: message.slice(0, 200) });
    if (error instanceof RefusedError && error.status === 401) {
      await this.#replacePage(texts.unknownTitle, texts.unknown, texts.openLink);
      return location.replace(`/s/${this.#code}`);
    }
    const safe = this.#outbox.kept ? texts.failed : texts.failedOpen;
    await this.#replacePage(texts.failedTitle, [message, safe], texts.reload);
    location.reload();
  }

  /**
   * Puts one page in place of everything else; what ran before it runs on unseen, and shows nothing any more.
   * @param {string} title
   * @param {string[]} paragraphs
   * @param {string} button
   */
  #replacePage(title, paragraphs, button) {
    const display = element("div", { id: "experiment" });
    document.getElementById("experiment")?.replaceWith(display);
    const content = [element("h1", {}, title), ...paragraphs.map((text) => element("p", {}, text))];
    return pressed(showPage(display, content, button));
  }
}
