/** Runs a session: the lease, what is left from before, the session's plan, the timeline, the end. */

import { initJsPsych } from "../vendor/jspsych.js";
import { Api, RefusedError } from "./api.js";
import { Attention } from "./attention.js";
import { takeLease } from "./lease.js";
import { Notice } from "./notice.js";
import { Outbox } from "./outbox.js";
import { pressed, showPage } from "./page.js";
import { element } from "./dom.js";
import { pictureTask } from "./picture-task.js";
import { persist } from "./retry.js";
import { texts } from "./texts.js";
import { timelineOf } from "./timeline.js";
import { wordTask } from "./word-task.js";

/** @import { EventDetail, Persist, SessionView } from "./types.js" */

const root = /** @type {HTMLElement} */ (document.getElementById("experiment"));
const code = /** @type {string} */ (root.dataset.code);
const api = new Api(code);
const notice = new Notice(
  /** @type {HTMLElement} */ (document.getElementById("notice")),
  texts.reconnecting,
);
/** @type {Persist} */
const persistently = (attempt) =>
  persist(attempt, { onTrouble: () => notice.begin(), onRecovery: () => notice.end() });

/**
 * Puts one page in place of everything else; what ran before it runs on unseen, and shows nothing any more.
 * @param {string} title
 * @param {string[]} paragraphs
 * @param {string} button
 */
function replacePage(title, paragraphs, button) {
  const display = element("div", { id: "experiment" });
  document.getElementById("experiment")?.replaceWith(display);
  const content = [element("h1", {}, title), ...paragraphs.map((text) => element("p", {}, text))];
  return pressed(showPage(display, content, button));
}

/** @param {unknown} error */
async function fail(error) {
  const message = error instanceof Error ? error.message : String(error);
  void api.event("error", { message: message.slice(0, 200) });
  if (error instanceof RefusedError && error.status === 401) return location.replace(`/s/${code}`);
  await replacePage(texts.failedTitle, [message, texts.failed], texts.reload);
  location.reload();
}

async function elsewhere() {
  await replacePage(texts.elsewhereTitle, texts.elsewhere, texts.takeOver);
  sessionStorage.setItem("take-over", code);
  location.reload();
}

/** @param {SessionView} session @param {EventDetail} ofTask */
function tellEnvironment(session, ofTask) {
  if (session.next_index) void api.event("resume", { trial_index: session.next_index });
  void api.event("environment", {
    ...ofTask,
    screen_width_px: screen.width,
    screen_height_px: screen.height,
    window_width_px: innerWidth,
    window_height_px: innerHeight,
    device_pixel_ratio: devicePixelRatio,
    touch: matchMedia("(pointer: coarse)").matches,
    language: navigator.language,
    browser: navigator.userAgent.slice(0, 200),
  });
}

/** @param {SessionView} session @param {Outbox} outbox */
async function runTrials(session, outbox) {
  const attention = new Attention((kind, awayMs) => void api.event(kind, { away_ms: Math.round(awayMs) }));
  const tools = { api, persist: persistently, total: session.total, attention };
  const task = session.task.kind === "word" ? wordTask(session.task, tools) : pictureTask(session.task, tools);
  if (session.next_index !== null) task.stimuli.trial(session.next_index).catch(() => undefined);
  void task.environment().then((ofTask) => tellEnvironment(session, ofTask));
  const jsPsych = initJsPsych({ display_element: root, use_webaudio: false });
  await jsPsych.run(timelineOf(session, { task, outbox, onRefusal: fail }));
}

/** @param {Outbox} outbox */
async function finish(outbox) {
  root.replaceChildren(element("p", { class: "saving", role: "status" }, texts.saving));
  document.body.dataset.phase = "page";
  await outbox.drained();
  try {
    await persistently(() => api.finish());
  } catch (error) {
    if (!(error instanceof RefusedError && error.status === 409)) throw error;
    return location.reload(); // an answer is missing: the session knows which, and goes on there
  }
  location.replace(`/end/${code}`);
}

async function main() {
  const steal = sessionStorage.getItem("take-over") === code;
  sessionStorage.removeItem("take-over");
  if (!(await takeLease(`metamerlab/${code}`, { steal, onLost: elsewhere }))) return elsewhere();
  const outbox = new Outbox(code, api, persistently);
  await outbox.recover();
  const session = await persistently(() => api.session());
  if (session.completed) return location.replace(`/end/${code}`);
  if (session.next_index !== null) await runTrials(session, outbox);
  await finish(outbox);
}

main().catch(fail);
