/** Loads on the page of consent what the study will need, so that a browser that cannot run it is found out there. */

import "./session.js";
import { deliverLeftovers } from "./leftovers.js";

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-replaces]"));
if (form) {
  let delivered = false;
  const delivery = deliverLeftovers(/** @type {string} */ (form.dataset.replaces)).then(() => (delivered = true));
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented || delivered) return;
    event.preventDefault();
    void delivery.then(() => form.submit());
  });
}
/** @type {any} */ (window).metamerlabReady = true;
document.dispatchEvent(new Event("metamerlab-ready"));
