/** The stage of ABX trials: one canvas on black for the cross and the pictures, and the two answers. */

import { element } from "../../dom.js";
import { say } from "../../language.js";
import { Stage } from "../../stage.js";
import { AbxAnswers } from "./answers.js";

/** @import { Picture } from "../../types.js" */
/** @import { AbxPlacement } from "./types.js" */

const GROUND = "#000000";
const INK = "#b0b0b0";
const CROSS_PX = 20;
const CROSS_LINE_PX = 3;

/** Which third of the stacked picture. */
export const PLACES = { a: 0, b: 1, x: 2 };

export class AbxStage extends Stage {
  #canvas;
  #context;
  /** @type {() => AbxPlacement} */
  #placement = () => ({ shown_px: 1, eccentricity_px: 0, px_per_degree: null, scale: null });
  #placed = this.#placement();

  constructor() {
    const canvas = element("canvas", { class: "picture abx-picture timed", "aria-hidden": "true" });
    const answers = new AbxAnswers();
    super({ kind: "abx" }, canvas, answers.element);
    this.answers = answers;
    this.#canvas = canvas;
    this.#context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
  }

  /** The placement as this window shows it: all of it is smaller where the window is too small. */
  get record() {
    const { shown_px, eccentricity_px, px_per_degree, scale } = this.#placed;
    const share = this.#share;
    return {
      shown_px: shown_px * share,
      eccentricity_px: eccentricity_px * share,
      px_per_degree,
      scale,
      window_small: this.small,
    };
  }

  /** Whether the window is too small to show the pictures at their size and place. */
  get small() {
    return this.#share < 0.995;
  }

  get #share() {
    const box = this.#canvas.getBoundingClientRect();
    const { style } = this.#canvas;
    return Math.min(1, box.width / Number.parseFloat(style.width), box.height / Number.parseFloat(style.height));
  }

  /**
   * As for all stages, with the pictures placed as the window and its zoom are when the trial is started. As long
   * as the window is too small the page says so; the trial can be started all the same.
   * @param {() => AbxPlacement} placed
   */
  async startedAt(placed) {
    this.#placement = placed;
    const fit = () => {
      this.#place();
      this.hint(say(this.small ? "abx-small" : "trial-start-hint"));
    };
    addEventListener("resize", fit);
    const started = super.started();
    fit();
    await started;
    removeEventListener("resize", fit);
    this.#place();
  }

  /**
   * The canvas reaches as far to the left as to the right, so that the cross is in the middle of the window. It has
   * a pixel for each of the screen's.
   */
  #place() {
    this.#placed = this.#placement();
    const { shown_px: side, eccentricity_px: away } = this.#placed;
    const [width, height] = [Math.max(side + 2 * away, CROSS_PX), Math.max(side, CROSS_PX)];
    Object.assign(this.#canvas.style, { width: `${width}px`, height: `${height}px` });
    this.#canvas.width = Math.round(width * devicePixelRatio);
    this.#canvas.height = Math.round(height * devicePixelRatio);
    this.#context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    this.#context.imageSmoothingQuality = "high";
    this.#fill();
  }

  fixation() {
    this.phase("timed");
    this.#fill();
    this.#cross();
  }

  /** @param {Picture} stacked @param {keyof typeof PLACES} name */
  picture(stacked, name) {
    this.phase("timed");
    this.#fill();
    if (this.#placed.eccentricity_px > 0) this.#cross();
    const side = stacked.width;
    const { shown_px, eccentricity_px } = this.#placed;
    const left = this.#width / 2 + eccentricity_px - shown_px / 2;
    const top = (this.#height - shown_px) / 2;
    this.#context.drawImage(stacked, 0, PLACES[name] * side, side, side, left, top, shown_px, shown_px);
  }

  /** Black; where pictures lie beside the cross, it stays. */
  gap() {
    this.phase("timed");
    this.#fill();
    if (this.#placed.eccentricity_px > 0) this.#cross();
  }

  /** Shows the two answers and waits for a press. */
  choose() {
    this.phase("response");
    return this.answers.choose();
  }

  get #width() {
    return this.#canvas.width / devicePixelRatio;
  }

  get #height() {
    return this.#canvas.height / devicePixelRatio;
  }

  #fill() {
    this.#context.fillStyle = GROUND;
    this.#context.fillRect(0, 0, this.#width, this.#height);
  }

  #cross() {
    const [x, y] = [this.#width / 2, this.#height / 2];
    this.#context.fillStyle = INK;
    const [arm, half] = [CROSS_PX / 2, CROSS_LINE_PX / 2];
    this.#context.fillRect(x - arm, y - half, CROSS_PX, CROSS_LINE_PX);
    this.#context.fillRect(x - half, y - arm, CROSS_LINE_PX, CROSS_PX);
  }
}
