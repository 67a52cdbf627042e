/**
 * Follows a running study: the server sends the panel anew whenever something has happened, and says when the
 * curve is another. A stream that ends is opened again by the browser.
 */

const panel = /** @type {HTMLElement} */ (document.getElementById("panel"));
const state = /** @type {HTMLElement} */ (document.getElementById("link-state"));
const curve = /** @type {HTMLImageElement} */ (document.getElementById("curve"));
const drawing = curve.src;
/** Of the curve that is shown, and of the newest: while one is fetched, others wait. */
let shown = "";
let newest = "";
let fetching = false;

async function redraw() {
  if (fetching) return;
  fetching = true;
  while (shown !== newest) {
    const wanted = newest;
    const next = new Image();
    next.src = `${drawing}?version=${encodeURIComponent(wanted)}`;
    await next.decode().catch(() => undefined);
    if (next.naturalWidth) curve.src = next.src;
    curve.dataset.version = shown = wanted;
  }
  fetching = false;
}

const stream = new EventSource(/** @type {string} */ (panel.dataset.stream));
stream.addEventListener("message", ({ data }) => {
  const news = JSON.parse(data);
  panel.innerHTML = news.panel;
  newest = news.curve;
  state.textContent = "";
  void redraw();
});
stream.addEventListener("error", () => {
  state.textContent = stream.readyState === EventSource.CLOSED ? "Not up to date any more: load the page again." : "";
});
