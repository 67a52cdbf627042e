/** Asks for the whole screen. A browser that has none, or denies it, is no reason to stop. */

import { element } from "../dom.js";
import { paragraphs, say } from "../language.js";
import { begunRecord, pressed, showPage, written } from "../page.js";

/** @type {import("./registry.js").Show} */
export async function showFullscreen(display, _step, { attention, api }) {
  const record = begunRecord(attention);
  const button = showPage(display, written(say("fullscreen"), paragraphs("fullscreen-text")), say("fullscreen-go"));
  const without = element("button", { type: "button", class: "secondary" }, say("fullscreen-without"));
  button.after(without);
  const wanted = await Promise.race([pressed(button).then(() => true), pressed(without).then(() => false)]);
  const granted = wanted ? await filled() : false;
  if (granted) tellWhenLeft(() => void api.event("fullscreen", { left: true }));
  return { ...record(), granted };
}

/** Whether the page fills the screen now; null where the browser knows no such thing. */
async function filled() {
  if (!document.documentElement.requestFullscreen) return null;
  return document.documentElement.requestFullscreen({ navigationUI: "hide" }).then(
    () => true,
    () => false,
  );
}

/** @param {() => void} tell once */
function tellWhenLeft(tell) {
  const onChange = () => {
    if (document.fullscreenElement) return;
    document.removeEventListener("fullscreenchange", onChange);
    tell();
  };
  document.addEventListener("fullscreenchange", onChange);
}
