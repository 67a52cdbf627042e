/** The stage of pictures: a canvas for what is shown, and the grid of icons. */

import { element } from "../../dom.js";
import { ChoiceGrid } from "./grid.js";
import { say } from "../../language.js";
import { Stage } from "../../stage.js";

/** @import { Choice, Click, Picture } from "../../types.js" */

const GROUND = "#808080";
const INK = "#111111";
const CROSS_PX = 20;
const CROSS_LINE_PX = 3;
/** A picture that is not there by then is waited for on the ready screen. */
const PATIENCE_MS = 300;

export class PictureStage extends Stage {
  #canvas;
  #context;
  #automatic;
  #patience = 0;
  #gathered = () => /** @type {Click[]} */ ([]);

  /**
   * @param {Choice[]} choices
   * @param {number} imagePx side of the picture
   * @param {boolean} automatic whether one press starts a series of trials
   */
  constructor(choices, imagePx, automatic) {
    const size = String(imagePx);
    const attributes = { class: "picture timed", width: size, height: size, "aria-hidden": "true" };
    const canvas = element("canvas", attributes);
    const grid = new ChoiceGrid(choices);
    super({ kind: "image16" }, canvas, grid.element);
    this.#automatic = automatic;
    this.grid = grid;
    this.#canvas = canvas;
    this.#context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
  }

  get startKey() {
    return this.#automatic ? "image16-start-all" : "image16-start";
  }

  /** Side of the picture as this window shows it, CSS px. */
  get shownPx() {
    return this.#canvas.getBoundingClientRect().width;
  }

  /** Whether the window is too small to show the picture at its size. */
  get small() {
    return this.shownPx < this.#canvas.width - 0.5;
  }

  /** As for all stages; as long as the window is too small, the page says so. The trial can be started all the same. */
  async started() {
    const ask = () => this.hint(say(this.small ? "image16-small" : "trial-start-hint"));
    addEventListener("resize", ask);
    const started = super.started();
    ask();
    await started;
    removeEventListener("resize", ask);
  }

  /**
   * As `open`, for a trial that begins by itself: the field stays grey, unless the picture takes long.
   * @param {HTMLElement} display
   * @param {string} progress
   */
  follow(display, progress) {
    this.open(display, progress);
    this.blank();
    this.#patience = setTimeout(() => this.phase("ready"), PATIENCE_MS);
  }

  begin() {
    clearTimeout(this.#patience);
    super.begin();
  }

  blank() {
    this.phase("timed");
    this.#fill();
  }

  fixation() {
    this.phase("timed");
    this.#fill();
    const middle = this.#canvas.width / 2;
    this.#context.fillStyle = INK;
    const [arm, half] = [CROSS_PX / 2, CROSS_LINE_PX / 2];
    this.#context.fillRect(middle - arm, middle - half, CROSS_PX, CROSS_LINE_PX);
    this.#context.fillRect(middle - half, middle - arm, CROSS_LINE_PX, CROSS_PX);
  }

  /** @param {Picture} picture */
  picture(picture) {
    this.phase("timed");
    this.#context.drawImage(picture, 0, 0, this.#canvas.width, this.#canvas.height);
  }

  /** Shows the grid and waits for the choice. */
  choose() {
    this.phase("response");
    return this.grid.choose();
  }

  /** Shows the grid and notes all choices, until `gathered` is called. */
  gather() {
    this.phase("response");
    this.#gathered = this.grid.gather();
  }

  /** Takes the grid away; the choices in order. */
  gathered() {
    this.blank();
    return this.#gathered();
  }

  #fill() {
    this.#context.fillStyle = GROUND;
    this.#context.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
  }
}
