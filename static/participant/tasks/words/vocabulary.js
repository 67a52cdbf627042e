/** The vocabulary and its filter: pure, so that it is tested without a page. */

/** All that a keyboard may give for an apostrophe. */
const APOSTROPHES = /[\u2019\u2018\u02bc\u00b4`]/g;

/**
 * What is the same for all spellings of a word: capitals, spaces around and the kind of apostrophe do not count.
 * The server follows the same rule (synthesis/common/words.py).
 * @param {string} text
 */
export function wordKey(text) {
  return text.normalize("NFC").replace(APOSTROPHES, "'").toLowerCase().trim();
}

export class Vocabulary {
  #words;
  #keys;
  /** @type {Map<string, string>} */
  #byKey;

  /** @param {string[]} words in the order in which they are listed */
  constructor(words) {
    this.#words = words;
    this.#keys = words.map(wordKey);
    this.#byKey = new Map(words.map((word, i) => [this.#keys[i], word]));
  }

  get words() {
    return this.#words;
  }

  /**
   * The words that a text may become: those that begin with it, then those that have it inside. An empty text
   * may become any.
   * @param {string} text
   */
  matches(text) {
    const key = wordKey(text);
    /** @type {string[]} */
    const beginning = [];
    /** @type {string[]} */
    const inside = [];
    this.#words.forEach((word, i) => {
      if (this.#keys[i].startsWith(key)) beginning.push(word);
      else if (this.#keys[i].includes(key)) inside.push(word);
    });
    return [...beginning, ...inside];
  }

  /**
   * The word that a text is, as the vocabulary spells it; null if it is none.
   * @param {string} text
   */
  exact(text) {
    return this.#byKey.get(wordKey(text)) ?? null;
  }
}
