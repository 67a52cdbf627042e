/**
 * How large a pixel of this screen is: an outline is made as large as a card that is held to the screen. Then
 * how far away the screen is, unless the laboratory knows.
 */

import { element } from "../dom.js";
import { paragraphs, say } from "../language.js";
import { begunRecord, pressed, showPage, written } from "../page.js";
import { Form } from "./fields.js";

/** Below this width (CSS px) the card's short side is across, since its long side is wider than a phone. */
const NARROW_PX = 640;
/** Where the outline begins: smaller than on any screen in use, so that nobody finds it right by chance. */
const FIRST_PX_PER_MM = 2.2;
const MARGIN_PX = 8;
const STEP_PX = 0.5;

/** @type {import("./registry.js").Show} */
export async function showScreenScale(display, { told }, { attention }) {
  const record = begunRecord(attention);
  const scale = await measured(display, told.card_mm);
  const distance = told.distance ? await asked(display, told.distance) : null;
  return { ...record(), px_per_mm: scale, distance_cm: distance, device_pixel_ratio: devicePixelRatio };
}

/**
 * Pixels per mm, null where there is no card at hand.
 * @param {HTMLElement} display
 * @param {[number, number]} cardMm its long and its short side
 * @returns {Promise<number | null>}
 */
async function measured(display, cardMm) {
  const card = new Card(cardMm);
  const none = element("button", { type: "button", class: "secondary" }, say("screen-scale-no-card"));
  const text = paragraphs(card.upright ? "screen-scale-text-upright" : "screen-scale-text");
  const content = [...written(say("screen-scale"), text), card.outline, card.controls];
  const button = showPage(display, content, say("screen-scale-fits"));
  button.after(none);
  button.disabled = true;
  card.place();
  card.slider.focus({ preventScroll: true });
  card.slider.addEventListener("input", () => (button.disabled = false));
  const hasCard = await Promise.race([pressed(button).then(() => true), pressed(none).then(() => false)]);
  card.remove();
  display.replaceChildren();
  return hasCard ? card.pxPerMm : null;
}

/**
 * The distance in cm.
 * @param {HTMLElement} display
 * @param {{least: number, most: number}} limits
 */
async function asked(display, { least, most }) {
  const text = say("screen-scale-distance-question");
  const form = new Form([{ id: "distance_cm", type: "number", text, required: true, show_if: {}, least, most }]);
  const content = [...written(say("screen-scale-distance"), paragraphs("screen-scale-distance-text")), ...form.boxes];
  const button = showPage(display, content, say("continue"));
  display.querySelector("input")?.focus({ preventScroll: true });
  for (;;) {
    await pressed(button);
    const answers = form.checked();
    if (answers) return /** @type {number} */ (answers.distance_cm);
  }
}

/** The card's outline, by its width. It is changed by the slider and its keys, two buttons, or by dragging. */
class Card {
  upright = innerWidth < NARROW_PX;
  #acrossMm;
  #downMm;
  #grip = element("div", { class: "card-grip" });
  outline = element("div", { class: "card-outline" }, this.#grip);
  slider = element("input", { type: "range", step: String(STEP_PX), "aria-label": say("screen-scale-size") });
  controls = element("div", { class: "card-size" }, this.#stepBy(-1), this.slider, this.#stepBy(1));

  /** @param {[number, number]} cardMm its long and its short side */
  constructor([longMm, shortMm]) {
    this.#acrossMm = this.upright ? shortMm : longMm;
    this.#downMm = this.upright ? longMm : shortMm;
    this.slider.min = String(Math.ceil(this.#acrossMm));
    this.slider.addEventListener("input", this.#draw);
    this.#grip.addEventListener("pointerdown", (event) => this.#drag(event));
  }

  get pxPerMm() {
    return this.slider.valueAsNumber / this.#acrossMm;
  }

  /** Draws it, now that it is on the page and the page knows how much room there is. */
  place() {
    addEventListener("resize", this.#fit);
    this.#fit();
    this.slider.value = String(FIRST_PX_PER_MM * this.#acrossMm);
    this.#draw();
  }

  remove() {
    removeEventListener("resize", this.#fit);
  }

  #fit = () => {
    const { left } = this.outline.getBoundingClientRect();
    this.slider.max = String(Math.floor(document.documentElement.clientWidth - left - MARGIN_PX));
    this.#draw();
  };

  /** A card that is too high for the window is open at the bottom. */
  #draw = () => {
    const width = this.slider.valueAsNumber;
    const height = width * (this.#downMm / this.#acrossMm);
    const room = innerHeight * (this.upright ? 0.28 : 0.45);
    this.outline.style.width = `${width}px`;
    this.outline.style.height = `${Math.min(height, room)}px`;
    this.outline.classList.toggle("open", height > room);
  };

  /** @param {number} direction @returns {HTMLButtonElement} */
  #stepBy(direction) {
    const name = say(direction < 0 ? "screen-scale-smaller" : "screen-scale-larger");
    const sign = direction < 0 ? "−" : "+";
    const button = element("button", { type: "button", class: "secondary", "aria-label": name }, sign);
    button.addEventListener("click", () => this.#resize(this.slider.valueAsNumber + direction * STEP_PX));
    return button;
  }

  /** @param {number} width */
  #resize(width) {
    this.slider.value = String(width);
    this.slider.dispatchEvent(new Event("input"));
  }

  /** @param {PointerEvent} down */
  #drag(down) {
    const from = this.slider.valueAsNumber - down.clientX;
    this.#grip.setPointerCapture(down.pointerId);
    const move = (/** @type {PointerEvent} */ event) => this.#resize(from + event.clientX);
    this.#grip.addEventListener("pointermove", move);
    const end = () => this.#grip.removeEventListener("pointermove", move);
    for (const over of ["pointerup", "pointercancel"]) this.#grip.addEventListener(over, end, { once: true });
  }
}
