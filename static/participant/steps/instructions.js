/** What to do; of words, with the list of all that can be answered, in which one can search. */

import { element } from "../dom.js";
import { paragraphs, say } from "../language.js";
import { read, showPage, written } from "../page.js";
import { Vocabulary } from "../tasks/words/vocabulary.js";

/** @type {import("./registry.js").Show} */
export async function showInstructions(display, { told }, { task, attention }) {
  const list = task.vocabulary.length ? new WordList(task.vocabulary) : null;
  const text = told.paragraphs ?? paragraphs(told.message);
  const content = [...written(say("instructions"), text), ...(list ? [list.box] : [])];
  const record = await read(showPage(display, content, say("instructions-begin")), attention);
  return { ...record, list_opened: list?.opened ?? null, searched: list?.searched ?? null };
}

/** All words. Typing into the field above them leaves those that begin with what was typed, or contain it. */
class WordList {
  opened = false;
  searched = false;
  #vocabulary;
  #field = element("input", {
    type: "search",
    class: "word-search",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    placeholder: say("instructions-search"),
    "aria-label": say("instructions-search"),
  });
  #count = element("p", { class: "word-count", role: "status" });
  #list = element("ul", { class: "words", translate: "no", tabindex: "0", "aria-label": say("words-list") });
  box;

  /** @param {string[]} words */
  constructor(words) {
    this.#vocabulary = new Vocabulary(words);
    const summary = element("summary", {}, say("instructions-words", { count: words.length }));
    this.box = element("details", {}, summary, this.#field, this.#count, this.#list);
    this.box.addEventListener("toggle", () => (this.opened ||= this.box.open));
    this.#field.addEventListener("input", () => {
      this.searched = true;
      this.#list.style.minHeight ||= `${this.#list.offsetHeight}px`; // the page stays where it is
      this.#show();
    });
    this.#show();
  }

  #show() {
    const typed = this.#field.value.trim();
    const found = this.#vocabulary.matches(typed);
    this.#list.replaceChildren(...found.map((word) => element("li", {}, word)));
    this.#list.scrollTop = 0;
    this.#count.textContent = typed ? say("words-matching", { count: found.length }) : "";
  }
}
