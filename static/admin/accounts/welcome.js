/** Sends what stands behind the # of a link that works once; no browser sends that part by itself. */

const form = /** @type {HTMLFormElement | null} */ (document.getElementById("open-link"));
const token = decodeURIComponent(location.hash.slice(1));
if (form && token) {
  /** @type {HTMLInputElement} */ (form.elements.namedItem("token")).value = token;
  history.replaceState(null, "", location.pathname);
  form.requestSubmit();
}
