/** Runs a session: the lease, what is left from before, the steps that the server tells, the end. */

import { Api, RefusedError } from "./api.js";
import { Attention } from "./attention.js";
import { digestsChecked } from "./digest.js";
import { element, translated } from "./dom.js";
import { ofTask, pageLanguage, paragraphs, SaidError, say } from "./language.js";
import { keepLease, lastLease, takeLease } from "./lease.js";
import { Notice } from "./notice.js";
import { LeaseLostError, NotDueError, Outbox, SessionOverError } from "./outbox.js";
import { pressed, showPage, written } from "./page.js";
import { Player } from "./player.js";
import { persist } from "./retry.js";
import { showSteps } from "./steps/registry.js";
import { taskOf } from "./tasks/registry.js";
import { uuid } from "./uuid.js";

/** @import { EventDetail, SessionView, StepTools, Tools } from "./types.js" */

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
    const notice = new Notice(line, () => say(this.#outbox.kept ? "reconnecting" : "reconnecting-open"));
    /** @type {import("./types.js").Persist} */
    this.persistently = (attempt) =>
      persist(attempt, { onTrouble: () => notice.begin(), onRecovery: () => notice.end() });
    this.#outbox = new Outbox(this.#code, this.#api, this.persistently);
  }

  /** Runs the session to its end, or says why it cannot. */
  run() {
    return this.#run().catch((error) => this.#fail(error));
  }

  async #run() {
    const steal = location.hash === TAKE_OVER;
    if (steal) history.replaceState(null, "", location.pathname);
    const onLost = () => void this.#elsewhere();
    if (!(await takeLease(`metamerlab/${this.#code}`, { steal, onLost }))) return this.#elsewhere();
    let session = await this.#begun(steal);
    if (session.steps.length) session = await this.#runSteps(session);
    return session.over ? this.#leave() : this.#finish();
  }

  /**
   * The session, run by this page from now on. What an earlier page left behind is sent in that page's name
   * first, since the study may say that a block begins anew.
   * @param {boolean} takeOver
   */
  async #begun(takeOver) {
    const previous = lastLease(this.#code);
    this.#api.lease = previous ?? "";
    this.#api.leftover = true;
    await this.#outbox.recover().catch((error) => {
      if (!(error instanceof LeaseLostError)) throw error;
    });
    const lease = uuid();
    const session = await this.persistently(() => this.#api.begin(lease, { previous, takeOver }));
    keepLease(this.#code, lease);
    const recovered = await this.#outbox.recover();
    this.#api.leftover = false;
    return recovered ? this.persistently(() => this.#api.session()) : session;
  }

  #leave() {
    location.replace(`/end/${this.#code}`);
  }

  /**
   * Shows what is told of the session until nothing is left of it. What the server tells again after it was
   * done is not shown again: the end of the session will say what is missing. Resolves to what is told at last.
   * @param {SessionView} session
   */
  async #runSteps(session) {
    const tools = await this.#toolsOf(session);
    this.#root.replaceChildren();
    if (session.begun) await this.#welcomeBack(session, tools);
    for (let done = -1; session.steps.length && session.steps[0].position > done; ) {
      this.#root.replaceChildren();
      done = await showSteps(this.#root, session.steps, { ...tools, session });
      this.#tellSaving();
      await this.#outbox.drained();
      session = await this.persistently(() => this.#api.session());
    }
    return session;
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
    void task.environment().then((found) => this.#tellEnvironment(found));
    return { ...ofTask, session, task, outbox: this.#outbox, onRefusal: (error) => void this.#fail(error) };
  }

  /**
   * Who comes back is told so before the step that is due; the press also lets the browser make sounds.
   * @param {SessionView} session
   * @param {StepTools} tools
   */
  async #welcomeBack({ next_index, total }, { task }) {
    const answered = next_index ?? total;
    const text = [
      say("welcome-back-saved", { answered }),
      ...paragraphs(ofTask(task, "welcome-back"), { left: total - answered }),
    ];
    await pressed(showPage(this.#root, written(say("welcome-back"), text), say("continue")));
  }

  /** @param {EventDetail} ofTask */
  #tellEnvironment(ofTask) {
    void this.#api.event("environment", {
      ...ofTask,
      screen_width_px: screen.width,
      screen_height_px: screen.height,
      window_width_px: innerWidth,
      window_height_px: innerHeight,
      device_pixel_ratio: devicePixelRatio,
      utc_offset_minutes: -new Date().getTimezoneOffset(),
      touch: matchMedia("(pointer: coarse)").matches,
      language: navigator.language,
      page_language: pageLanguage(),
      translated: translated(),
      digests_checked: digestsChecked,
      browser: navigator.userAgent.slice(0, 200),
    });
  }

  #tellSaving() {
    this.#root.replaceChildren(element("p", { class: "saving", role: "status" }, say("saving")));
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
    this.#leave();
  }

  async #elsewhere() {
    await this.#replacePage(say("elsewhere"), paragraphs("elsewhere-text"), say("elsewhere-take-over"));
    location.hash = TAKE_OVER;
    location.reload();
  }

  /** @param {unknown} error */
  async #fail(error) {
    if (error instanceof NotDueError) return location.reload(); // the session knows which trial is due
    if (error instanceof SessionOverError) return this.#leave();
    if (error instanceof LeaseLostError || (error instanceof RefusedError && error.code === "lease_held")) {
      return this.#elsewhere();
    }
    const message = error instanceof Error ? error.message : String(error);
    void this.#api.event("error", { message: message.slice(0, 200) });
    if (error instanceof RefusedError && error.status === 401) {
      await this.#replacePage(say("unknown"), paragraphs("unknown-text"), say("unknown-open"));
      return location.replace(`/s/${this.#code}`);
    }
    const reason = error instanceof SaidError ? say(message) : say("failed-reason", { reason: message });
    const safe = say(this.#outbox.kept ? "failed-safe" : "failed-open");
    await this.#replacePage(say("failed"), [reason, safe], say("reload"));
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
