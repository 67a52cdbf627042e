/**
 * Buttons that copy a text, beside codes and addresses. They show up only where the browser can copy. What they
 * say then stands in the button where the page is not in English.
 */

const SHOWN_MS = 2000;

/** @param {HTMLButtonElement} button */
function enable(button) {
  const label = [...button.childNodes];
  button.hidden = false;
  button.addEventListener("click", async () => {
    const copied = navigator.clipboard.writeText(button.dataset.copy ?? "");
    button.textContent = await copied.then(
      () => button.dataset.copied ?? "Copied",
      () => button.dataset.byHand ?? "Please copy it by hand",
    );
    setTimeout(() => button.replaceChildren(...label), SHOWN_MS);
  });
}

if (navigator.clipboard) {
  const buttons = document.querySelectorAll("button[data-copy]");
  buttons.forEach((button) => enable(/** @type {HTMLButtonElement} */ (button)));
}
