/** Starts the session of this page when its texts are there, and tells the page's watch that it has started. */

import { loadLanguage } from "./language.js";
import { Session } from "./session.js";

void loadLanguage().then(() => {
  document.body.dataset.started = "";
  return new Session(/** @type {HTMLElement} */ (document.getElementById("experiment"))).run();
});
