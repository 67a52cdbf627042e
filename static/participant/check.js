/**
 * Looks, before consent, whether this browser can run the study: in words that the oldest browsers read, and
 * without modules. What has a substitute in the page is not asked for: Web Locks, createImageBitmap,
 * AbortSignal.timeout, IndexedDB.
 */
(function () {
  "use strict";
  var PATIENCE_MS = 30000;
  var form = /** @type {HTMLFormElement} */ (document.getElementById("consent"));
  var unfit = /** @type {HTMLElement} */ (document.getElementById("unfit"));
  var button = form.getElementsByTagName("button")[0];
  var checked = false;
  var pressed = false;

  /** @param {string} text */
  function say(text) {
    var line = document.createElement("li");
    line.appendChild(document.createTextNode(text));
    unfit.getElementsByTagName("ul")[0].appendChild(line);
    unfit.hidden = false;
    form.hidden = true;
    form.style.display = "none";
  }

  function canDraw() {
    var canvas = document.createElement("canvas");
    return Boolean(canvas.getContext && canvas.getContext("2d"));
  }

  function check() {
    /** @type {any} */
    var page = window;
    if (navigator.cookieEnabled === false) say("It keeps no cookies for this site. Please allow them.");
    if (!page.fetch || !page.AbortController || !page.crypto || !page.crypto.getRandomValues) {
      say("It is too old: it lacks what the study needs to send your answers.");
    }
    if (form.getAttribute("data-task") === "picture" && !canDraw()) {
      say("It does not let a page draw pictures (canvas).");
    }
    if (form.getAttribute("data-task") === "sound" && !page.AudioContext) {
      say("It does not let a page play sounds (Web Audio).");
    }
  }

  function finish() {
    if (checked) return;
    checked = true;
    /** @type {any} */
    var page = window;
    if (!page.metamerlabReady) {
      say(
        "The study's program did not start: the browser may be too old, a content blocker may have stopped it, " +
          "or the connection broke off."
      );
    }
    if (!pressed || !unfit.hidden) return;
    if (page.metamerlabReady && form.requestSubmit) form.requestSubmit();
    else form.submit();
  }

  form.addEventListener("submit", function (event) {
    if (checked) return;
    pressed = true;
    button.textContent = "One moment …";
    event.preventDefault();
  });
  check();
  // The program says that it is there; or the page counts as loaded, or time is up, and it is not.
  document.addEventListener("metamerlab-ready", finish);
  window.addEventListener("load", finish);
  setTimeout(finish, PATIENCE_MS);
  /** @type {any} */
  var page = window;
  if (page.metamerlabReady) finish();
})();
