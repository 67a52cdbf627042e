/** Whether the participant was with us: losses of the window's focus, and times when the page was hidden. */

export class Attention {
  #losses = 0;
  #hidden = false;

  /** @param {(kind: "focus" | "visibility", awayMs: number) => void} onReturn */
  constructor(onReturn) {
    let blurredAt = 0;
    let hiddenAt = 0;
    addEventListener("blur", () => {
      this.#losses += 1;
      blurredAt = performance.now();
    });
    addEventListener("focus", () => {
      if (blurredAt) onReturn("focus", performance.now() - blurredAt);
      blurredAt = 0;
    });
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) {
        this.#hidden = true;
        hiddenAt = performance.now();
      } else if (hiddenAt) {
        onReturn("visibility", performance.now() - hiddenAt);
      }
    });
  }

  /** Starts counting anew: at the beginning of a trial. */
  reset() {
    this.#losses = 0;
    this.#hidden = document.hidden;
  }

  /** What happened since the last reset, as it is stored with the trial. */
  get record() {
    return { focus_losses: this.#losses, hidden: this.#hidden };
  }
}
