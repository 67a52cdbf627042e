/**
 * Turns the page's drawings into figures that answer to pointing. Without JavaScript, or if anything fails, the
 * drawing from the server stays. Expressions run in Vega's interpreter, since the site's policy forbids eval.
 */

/** Vega comes without types; it is large, and many pages have no figure yet. */
const VEGA = new URL("../vendor/vega.js", import.meta.url).href;

/** @param {HTMLImageElement} image */
async function bringToLife(image) {
  const response = await fetch(/** @type {string} */ (image.dataset.vega));
  if (!response.ok) {
    return;
  }
  const { expressionInterpreter, parse, View } = await import(VEGA);
  const runtime = parse(await response.json(), undefined, { ast: true });
  const figure = document.createElement("div");
  figure.className = `${image.className} live`;
  figure.setAttribute("role", "img");
  figure.setAttribute("aria-label", image.alt);
  const view = new View(runtime, { expr: expressionInterpreter, renderer: "svg", container: figure, hover: true });
  await view.runAsync();
  // The figure has a description, and the parts of the drawing have none.
  figure.querySelector("svg")?.setAttribute("aria-hidden", "true");
  image.replaceWith(figure);
}

for (const image of /** @type {NodeListOf<HTMLImageElement>} */ (document.querySelectorAll("img[data-vega]"))) {
  bringToLife(image).catch((error) => console.warn("figure stays a drawing:", error));
}
