/** The two answers of an ABX trial: two large buttons, and keys. The first press that comes after the last gap counts. */

import { element } from "../../dom.js";
import { say } from "../../language.js";

/** @import { Pressed } from "./types.js" */

/**
 * An answer, on the clock of performance.now().
 * @typedef {{name: AnswerName, timeMs: number, pressed: Pressed}} AbxPress
 * @typedef {"first" | "second"} AnswerName
 */

/** By what a key writes, and by its place on the keyboard, where it writes something else. */
const KEYS = new Map(
  /** @type {[AnswerName, string[]][]} */ ([
    ["first", ["1", "f", "ArrowLeft", "Digit1", "Numpad1", "KeyF"]],
    ["second", ["2", "j", "ArrowRight", "Digit2", "Numpad2", "KeyJ"]],
  ]).flatMap(([name, keys]) => keys.map((key) => [key, name])),
);

/** @param {Pick<KeyboardEvent, "key" | "code">} event @returns {AnswerName | undefined} */
export function answerOf({ key, code }) {
  return KEYS.get(key.length === 1 ? key.toLowerCase() : key) ?? KEYS.get(code);
}

export class AbxAnswers {
  /** @type {((press: AbxPress) => void) | null} */
  #onPress = null;
  #buttons = [this.#button("first", "1"), this.#button("second", "2")];
  element = element(
    "div",
    { class: "abx-answers response", role: "group", "aria-label": say("abx-question"), tabindex: "-1" },
    ...this.#buttons,
  );

  constructor() {
    document.addEventListener("keydown", (event) => this.#onKey(event));
  }

  /**
   * Waits for one press; what is pressed before or after it changes nothing. The two as a whole take the focus, so
   * that neither stands out.
   * @returns {Promise<AbxPress>}
   */
  choose() {
    this.element.focus({ preventScroll: true });
    return new Promise((resolve) => {
      this.#onPress = (press) => {
        this.#onPress = null;
        resolve(press);
      };
    });
  }

  /** @param {AnswerName} name @param {string} digit */
  #button(name, digit) {
    const words = [element("span", { class: "abx-digit" }, digit), element("span", {}, say(name === "first" ? "abx-first" : "abx-second"))];
    const button = element("button", { type: "button", class: "abx-answer", "data-choice": name }, ...words);
    button.addEventListener("click", (event) =>
      this.#onPress?.({ name, timeMs: event.timeStamp, pressed: pressedBy(event) }),
    );
    return button;
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    const name = answerOf(event);
    if (name && this.#onPress) {
      event.preventDefault();
      this.#onPress({ name, timeMs: event.timeStamp, pressed: "key" });
    }
  }
}

/**
 * A click without a pointer is that of a key on the button; browsers that tell no kind of pointer tell a touch by
 * the screen.
 * @param {MouseEvent} event
 * @returns {Pressed}
 */
function pressedBy(event) {
  if (event.detail === 0) return "key";
  const kind = /** @type {Partial<PointerEvent>} */ (event).pointerType;
  const coarse = () => matchMedia("(pointer: coarse)").matches;
  return (kind ? kind !== "mouse" : coarse()) ? "touch" : "mouse";
}
