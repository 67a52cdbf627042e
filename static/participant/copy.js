/** The copy button beside the completion code; it shows up only where the browser can copy. */

const SHOWN_MS = 2000;

/** @param {HTMLButtonElement} button */
function enable(button) {
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copies ?? "");
    const copied = navigator.clipboard.writeText(source?.textContent ?? "");
    button.textContent = await copied.then(
      () => "Copied",
      () => "Please copy it by hand",
    );
    setTimeout(() => (button.textContent = label), SHOWN_MS);
  });
}

if (navigator.clipboard) {
  document.querySelectorAll("button[data-copies]").forEach((button) => enable(/** @type {HTMLButtonElement} */ (button)));
}
