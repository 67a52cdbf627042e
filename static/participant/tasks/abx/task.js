/** The ABX task: what the session needs to know of it. */

import { FrameClock } from "../../clock.js";
import { element } from "../../dom.js";
import { say } from "../../language.js";
import { decodePicture, releasePicture } from "../../picture.js";
import { Preload } from "../../preload.js";
import { AbxPlugin } from "./plugin.js";
import { placement } from "./size.js";
import { AbxStage, PLACES } from "./stage.js";

/** @import { Decoder } from "../../preload.js" */
/** @import { Picture, Task, Tools } from "../../types.js" */
/** @import { AbxTask, LoadedAbx } from "./types.js" */

/** Each answer decides what comes next: the server tells of one trial at a time, and of one ahead. */
const REACH = { window: 1, ahead: 1 };
/** What feedback shows of a trial: the two that were to be told apart. */
const PAIR = /** @type {const} */ ([
  ["first", "a"],
  ["second", "b"],
]);

/**
 * @param {AbxTask} task
 * @param {Tools} tools
 * @returns {Task}
 */
export function makeTask(task, { api, persist, total, attention }) {
  const stage = new AbxStage();
  const clock = new FrameClock();
  const stimuli = new Preload(api, persist, total, pictures, REACH);
  return {
    kind: task.kind,
    stimuli,
    vocabulary: [],
    label: (answer) => say(answer === "first" ? "abx-was-first" : "abx-was-second"),
    environment: async () => ({ frame_ms: await clock.measure() }),
    trial: (index, _practice, screen) => ({
      type: AbxPlugin,
      load: () => stimuli.trial(index),
      placement: (/** @type {number} */ imagePx) => placement(task, imagePx, screen, devicePixelRatio),
      ...task.timing,
      stage: () => stage,
      clock: () => clock,
      attention: () => attention,
    }),
    shown: async (index, right) => {
      const { stacked } = await stimuli.trial(index);
      return [element("div", { class: "pair" }, ...PAIR.map(([name, place]) => drawn(stacked, name, place, right)))];
    },
  };
}

/** @type {Decoder<LoadedAbx>} */
const pictures = {
  load: async (view, fetched) => ({ stacked: await fetched(view.stimulus, view.sha256, decodePicture) }),
  release: ({ stacked }) => releasePicture(stacked),
};

/**
 * One of the two pictures with its name below it; the one that came again is marked.
 * @param {Picture} stacked
 * @param {"first" | "second"} name
 * @param {keyof typeof PLACES} place
 * @param {string} right
 */
function drawn(stacked, name, place, right) {
  const side = stacked.width;
  const size = { width: String(side), height: String(side) };
  const label = say(name === "first" ? "abx-first" : "abx-second");
  const canvas = element("canvas", { ...size, role: "img", "aria-label": label });
  canvas.getContext("2d")?.drawImage(stacked, 0, PLACES[place] * side, side, side, 0, 0, side, side);
  const again = name === right;
  const caption = element("figcaption", {}, again ? say("abx-again", { label }) : label);
  return element("figure", { class: again ? "abx-shown again" : "abx-shown" }, canvas, caption);
}
