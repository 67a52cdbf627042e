/** Runs a session: the lease, what is left from before, the steps that the server tells, the end. */

import { Api, RefusedError } from "./api.js";
import { Attention } from "./attention.js";
import { element, translated } from "./dom.js";
import { takeLease } from "./lease.js";
import { Notice } from "./notice.js";
import { NotDueError, Outbox } from "./outbox.js";
import { pressed, showPage, written } from "./page.js";
import { Player } from "./player.js";
import { persist } from "./retry.js";
import { showSteps } from "./steps/registry.js";
import { taskOf } from "./tasks/registry.js";
import { texts } from "./texts.js";

/** @import { EventDetail, SessionView, StepTools, Tools } from "./types.js" */

/** In the address of a page that takes the session over from another tab. */
const TAKE_OVER = "#take-over";

/**
 * Whether an earlier visit has left anything behind it.
 * @param {SessionView} session that has steps left
 */
const begun = ({ next_index, steps }) => next_index !== 0 || steps[0].position > 0;

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
    if (session.steps.length) await this.#runSteps(session);
    await this.#finish();
  }

  /**
   * Shows what is told of the session until nothing is left of it. What the server tells again after it was
   * done is not shown again: the end of the session will say what is missing.
   * @param {SessionView} session
   */
  async #runSteps(session) {
    const tools = await this.#toolsOf(session);
    this.#root.replaceChildren();
    if (begun(session)) await this.#welcomeBack(session, tools);
    for (let done = -1; session.steps.length && session.steps[0].position > done; ) {
      this.#root.replaceChildren();
      await showSteps(this.#root, session.steps, { ...tools, session });
      done = /** @type {import("./types.js").StepView} */ (session.steps.at(-1)).position;
      this.#tellSaving();
      await this.#outbox.drained();
      session = await this.persistently(() => this.#api.session());
    }
  }

  /** @param {SessionView} session @returns {Promise<StepTools>} */
  async #toolsOf(session) {
    const api = this.#api;
    const attention = new Attention((kind, awayMs) => void api.event(kind, { away_ms: Math.round(awayMs) }));
    /** @type {Player | null} */
    let made = null;
    const player = () => {
      if (!made) {
        made = new Player();
        made.listen(document);
      }
      return made;
    };
    /** @type {Tools} */
    const ofTask = { api, persist: this.persistently, total: session.total, attention, player };
    const task = await taskOf(session.task, ofTask);
    if (session.next_index !== null) task.stimuli.trial(session.next_index).catch(() => undefined);
    void task.environment().then((found) => this.#tellEnvironment(session, found));
    const onRefusal = (/** @type {unknown} */ error) => void this.#fail(error);
    return { session, task, outbox: this.#outbox, attention, player, onRefusal };
  }

  /**
   * Who comes back is told so before the step that is due; the press also lets the browser make sounds.
   * @param {SessionView} session
   * @param {StepTools} tools
   */
  async #welcomeBack({ next_index, total }, { task }) {
    const answered = next_index ?? total;
    const content = written(texts.welcomeBackTitle, task.texts.welcomeBack(answered, total - answered));
    await pressed(showPage(this.#root, content, texts.continue));
  }

  /** @param {SessionView} session @param {EventDetail} ofTask */
  #tellEnvironment(session, ofTask) {
    const [{ position }] = session.steps;
    const at = { position, trial_index: session.next_index ?? session.total };
    if (begun(session)) void this.#api.event("resume", at);
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

  #tellSaving() {
    this.#root.replaceChildren(element("p", { class: "saving", role: "status" }, texts.saving));
    document.body.dataset.phase = "page";
  }

  async #finish() {
    this.#tellSaving();
    await this.#outbox.drained();
    try {
      await this.persistently(() => this.#api.finish());
    } catch (error) {
      if (!(error instanceof RefusedError && error.status === 409)) throw error;
      const { steps } = await this.persistently(() => this.#api.session());
      if (!steps.length) throw error;
      return location.reload(); // something is missing: the session knows what, and goes on there
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
    return pressed(showPage(display, written(title, paragraphs), button));
  }
}
