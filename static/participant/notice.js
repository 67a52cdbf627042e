/** The calm line that tells of waiting for the network. It counts who waits, and goes with the last of them. */

export class Notice {
  #waiting = 0;
  #line;
  #text;

  /**
   * @param {HTMLElement} line an element with role="status"
   * @param {() => string} text
   */
  constructor(line, text) {
    this.#line = line;
    this.#text = text;
  }

  begin() {
    this.#waiting += 1;
    this.#show();
  }

  end() {
    this.#waiting -= 1;
    this.#show();
  }

  #show() {
    this.#line.textContent = this.#waiting ? this.#text() : "";
  }
}
