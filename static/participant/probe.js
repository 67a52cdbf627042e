/** Loads on the page of consent what the study will need, so that a browser that cannot run it is found out there. */

import "./session.js";

/** @type {any} */ (window).metamerlabReady = true;
document.dispatchEvent(new Event("metamerlab-ready"));
