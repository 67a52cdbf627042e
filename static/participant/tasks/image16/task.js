/** Naming pictures: what the session needs to know of this task. */

import { FrameClock } from "../../clock.js";
import { decodePicture, releasePicture } from "../../picture.js";
import { element } from "../../dom.js";
import { categoryLabel, say } from "../../language.js";
import { Image16Plugin } from "./plugin.js";
import { PictureStage } from "./stage.js";
import { Preload, remembered } from "../../preload.js";
import { staticAddress } from "../../static_address.js";

/** @import { Decoder } from "../../preload.js" */
/** @import { Choice, LoadedPicture, Picture, PictureTask, Task, Tools } from "../../types.js" */

/**
 * @param {PictureTask} task
 * @param {Tools} tools
 * @returns {Task}
 */
export function makeTask(task, { api, persist, total, attention }) {
  const choices = task.choices.map((choice) => ({ ...choice, label: categoryLabel(choice.name) }));
  const stage = new PictureStage(choices, task.image_px, task.automatic);
  const clock = new FrameClock();
  const stimuli = new Preload(api, persist, total, pictures());
  return {
    kind: task.kind,
    stimuli,
    vocabulary: [],
    label: categoryLabel,
    environment: async () => ({ frame_ms: await clock.measure() }),
    trial: (index, practice) => ({
      type: Image16Plugin,
      load: () => stimuli.trial(index),
      choices,
      ...durations(task.timing, practice),
      automatic: task.automatic,
      stage: () => stage,
      clock: () => clock,
      attention: () => attention,
    }),
    shown: async (index, right) => {
      const { image } = await stimuli.trial(index);
      return [element("div", { class: "pair" }, drawn(image), ...icon(choices, right))];
    },
  };
}

/**
 * The durations of a trial's phases: practice is shown longer.
 * @param {PictureTask["timing"]} timing
 * @param {boolean} practice
 */
export function durations(timing, practice) {
  const { practice_image_ms, practice_mask_ms, ...main } = timing;
  return practice ? { ...main, image_ms: practice_image_ms, mask_ms: practice_mask_ms } : main;
}

/** @returns {Decoder<LoadedPicture>} */
function pictures() {
  /** @type {Map<string, Promise<Picture>>} masks are few and shown again and again */
  const masks = new Map();
  return {
    async load(view, fetched) {
      const address = /** @type {string} */ (view.told.mask);
      const [image, mask] = await Promise.all([
        fetched(view.stimulus, view.sha256, decodePicture),
        remembered(masks, address, () => fetched(address, null, decodePicture)),
      ]);
      return { image, mask };
    },
    release: ({ image }) => releasePicture(image),
  };
}

/** @param {Picture} picture */
function drawn(picture) {
  const size = { width: String(picture.width), height: String(picture.height) };
  const canvas = element("canvas", { ...size, class: "picture", role: "img", "aria-label": say("image16-shown") });
  canvas.getContext("2d")?.drawImage(picture, 0, 0);
  return canvas;
}

/** @param {Choice[]} choices @param {string} name */
function icon(choices, name) {
  const source = choices.find((choice) => choice.name === name)?.icon;
  return source ? [element("img", { alt: "", width: "96", height: "96", src: staticAddress(source) })] : [];
}
