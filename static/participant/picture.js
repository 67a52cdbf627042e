/** Pictures, decoded before they are shown. */

import { element } from "./dom.js";

/** @import { Picture } from "./types.js" */

/**
 * The decoded picture of a file. Browsers without createImageBitmap, or whose own fails, decode an image and
 * keep what it paints. Rejects when neither reads the file.
 * @param {Blob} file
 * @returns {Promise<Picture>}
 */
export async function decodePicture(file) {
  if (typeof createImageBitmap === "function") {
    try {
      return await createImageBitmap(file);
    } catch {
      // the other way decides
    }
  }
  return painted(file);
}

/** @param {Picture} picture not to be used any more */
export function releasePicture(picture) {
  if ("close" in picture) picture.close();
}

/** @param {Blob} file */
async function painted(file) {
  const address = URL.createObjectURL(file);
  try {
    const image = await loaded(address);
    const canvas = element("canvas", { width: String(image.naturalWidth), height: String(image.naturalHeight) });
    canvas.getContext("2d")?.drawImage(image, 0, 0);
    return canvas;
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** @param {string} address @returns {Promise<HTMLImageElement>} */
function loaded(address) {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.addEventListener("load", () => resolve(image));
    image.addEventListener("error", () => reject(new Error("no picture")));
    image.src = address;
  });
}
