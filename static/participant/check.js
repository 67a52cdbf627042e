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

  /**
   * Texts stand in the page, in its language.
   * @param {"cookies" | "old" | "canvas" | "sound" | "program"} key
   */
  function lacks(key) {
    var text = unfit.getAttribute("data-" + key) || "";
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
    if (navigator.cookieEnabled === false) lacks("cookies");
    if (!page.fetch || !page.AbortController || !page.crypto || !page.crypto.getRandomValues) lacks("old");
    if (form.getAttribute("data-task") === "picture" && !canDraw()) lacks("canvas");
    if (form.getAttribute("data-task") === "sound" && !page.AudioContext) lacks("sound");
  }

  function finish() {
    if (checked) return;
    checked = true;
    /** @type {any} */
    var page = window;
    if (!page.metamerlabReady) lacks("program");
    if (!pressed || !unfit.hidden) return;
    if (page.metamerlabReady && form.requestSubmit) form.requestSubmit();
    else form.submit();
  }

  form.setAttribute("data-watched", "");
  form.addEventListener("submit", function (event) {
    if (checked) return;
    pressed = true;
    button.textContent = button.getAttribute("data-wait");
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
