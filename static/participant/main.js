/** Starts the session of this page, and tells the page's watch that it has started. */

import { Session } from "./session.js";

document.body.dataset.started = "";
void new Session(/** @type {HTMLElement} */ (document.getElementById("experiment"))).run();
