/** The stage of sounds: a still screen while one is played, and the field for the word. */

import { element } from "../../dom.js";
import { say } from "../../language.js";
import { Stage } from "../../stage.js";
import { WordEntry } from "./entry.js";

/** @import { Vocabulary } from "./vocabulary.js" */

export class WordStage extends Stage {
  #entry;

  /** @param {Vocabulary} vocabulary */
  constructor(vocabulary) {
    const listening = element("p", { class: "listening timed" }, say("words-listen"));
    const entry = new WordEntry(vocabulary);
    super({ kind: "words" }, listening, entry.element);
    this.#entry = entry;
  }

  listen() {
    this.phase("timed");
  }

  /**
   * Shows the field and waits for the word.
   * @param {number} onsetMs scheduled onset of the sound
   */
  ask(onsetMs) {
    this.phase("response");
    return this.#entry.ask(onsetMs);
  }
}
