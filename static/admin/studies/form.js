/**
 * The form of a draft: says that something is not saved yet, and keeps the place on the page when a button of the
 * steps sends the form. Without JavaScript all buttons work the same.
 */

const form = /** @type {HTMLFormElement | null} */ (document.getElementById("draft"));
const said = document.getElementById("unsaved");
const PLACE = `draft-place:${location.pathname}`;

let changed = false;

form?.addEventListener("input", () => {
  changed = true;
  if (said) said.textContent = "Not saved yet.";
});

form?.addEventListener("submit", (event) => {
  changed = false;
  const pressed = /** @type {SubmitEvent} */ (event).submitter;
  if (pressed instanceof HTMLButtonElement && /^(up|down|remove|add|preset)/.test(pressed.value)) {
    sessionStorage.setItem(PLACE, String(scrollY));
  }
});

addEventListener("beforeunload", (event) => {
  if (changed) event.preventDefault();
});

const place = sessionStorage.getItem(PLACE);
if (place !== null) {
  sessionStorage.removeItem(PLACE);
  scrollTo(0, Number(place));
}

export {};
