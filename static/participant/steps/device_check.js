/**
 * Looks whether the device is as the study needs it. What the participant can mend is said until it is right;
 * the server decides by what is sent.
 */

import { FrameClock } from "../clock.js";
import { element } from "../dom.js";
import { paragraphs, say } from "../language.js";
import { begunRecord, showPage, written } from "../page.js";
import { deviceRecord, faults, refreshRecord, soundRecord } from "./device.js";

/** @import { Needs } from "./device.js" */

/** What nobody can mend on the device at hand. */
const FINAL = ["phone", "touch", "browser", "audio"];

/** How browsers call themselves. @type {Record<string, string>} */
const BROWSERS = {
  chrome: "Chrome",
  edge: "Edge",
  firefox: "Firefox",
  safari: "Safari",
  opera: "Opera",
  samsung: "Samsung Internet",
};

/** @type {Record<string, (needs: Needs, found: Record<string, any>) => string>} */
const SAID = {
  phone: () => say("device-check-phone"),
  touch: () => say("device-check-touch"),
  browser: ({ browsers }) => say("device-check-browser", { names: browsers.map((name) => BROWSERS[name]).join(", ") }),
  audio: () => say("device-check-audio"),
  width: (needs, found) =>
    say("device-check-width", { is: found.window_width_px, least: needs.least_width_px ?? 0 }),
  height: (needs, found) =>
    say("device-check-height", { is: found.window_height_px, least: needs.least_height_px ?? 0 }),
  refresh: (needs, found) =>
    say("device-check-refresh", { is: Math.round(found.refresh_hz), least: needs.least_refresh_hz ?? 0 }),
};

/** @type {import("./registry.js").Show} */
export async function showDeviceCheck(display, { told }, { attention }) {
  const check = new Check(display, /** @type {Needs} */ (told));
  const record = begunRecord(attention);
  const gaveUp = await check.done();
  return { ...record(), ...check.found, gave_up: gaveUp };
}

class Check {
  /** @type {Record<string, any>} what was measured so far */
  found = {};
  #needs;
  #status = element("div", { class: "device-status", role: "status" });
  #end = element("button", { type: "button", class: "secondary", hidden: "" });
  #go;
  #measured = false;
  #open = true;

  /** @param {HTMLElement} display @param {Needs} needs */
  constructor(display, needs) {
    this.#needs = needs;
    const content = [...written(say("device-check"), paragraphs("device-check-text")), this.#status];
    this.#go = showPage(display, content, say("continue"));
    this.#go.after(this.#end);
    this.#look();
  }

  /** Resolves when the participant goes on or ends it: to whether it was ended. */
  async done() {
    const look = () => this.#look();
    const views = [globalThis, globalThis.visualViewport].filter((view) => view);
    for (const view of views) view?.addEventListener("resize", look);
    void this.#watchFrames();
    const gaveUp = await new Promise((resolve) => {
      this.#end.addEventListener("click", () => resolve(true), { once: true });
      this.#go.addEventListener("click", async () => {
        Object.assign(this.found, await soundRecord());
        if (this.#look().size === 0) resolve(false);
      });
    });
    for (const view of views) view?.removeEventListener("resize", look);
    this.#open = false;
    return gaveUp;
  }

  /** Measures the screen's rate once; again and again while it is too low, for it may rise. */
  async #watchFrames() {
    const clock = new FrameClock();
    do {
      Object.assign(this.found, await refreshRecord(clock));
      this.#measured = true;
      if (this.#open) this.#look();
    } while (this.#open && faults(this.#needs, this.found).has("refresh"));
  }

  /** Measures what changes, says what is wrong, and lets go on when nothing is. */
  #look() {
    Object.assign(this.found, deviceRecord());
    const wrong = faults(this.#needs, this.found);
    const isFinal = FINAL.some((name) => wrong.has(name));
    const said = [...wrong].map((name) => SAID[name](this.#needs, this.found));
    if (isFinal) said.push(say("device-check-other"));
    else if (wrong.has("width") || wrong.has("height")) said.push(say("device-check-enlarge"));
    if (!said.length) said.push(say(this.#measured ? "device-check-fits" : "device-check-measuring"));
    this.#tell(said);
    const may = this.#measured && wrong.size === 0;
    const waited = this.#go.disabled;
    this.#go.disabled = !may;
    this.#go.hidden = isFinal;
    this.#end.hidden = wrong.size === 0;
    this.#end.textContent = say(isFinal ? "device-check-end" : "device-check-cannot");
    if (may && waited) this.#go.focus({ preventScroll: true });
    return wrong;
  }

  /** Says only what is new, since a screen reader reads it out. @param {string[]} lines */
  #tell(lines) {
    if (this.#status.textContent === lines.join("")) return;
    this.#status.replaceChildren(...lines.map((line) => element("p", {}, line)));
  }
}
