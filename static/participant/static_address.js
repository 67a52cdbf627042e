/**
 * The address of a static file in the version that this page runs.
 * @param {string} path in the static folder
 */
export function staticAddress(path) {
  return new URL(`../${path}`, import.meta.url).href;
}
