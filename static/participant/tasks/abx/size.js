/** How large the pictures are, and where: pure. Lengths are in CSS px, angles in degrees of visual angle. */

/** @import { Screen } from "../../types.js" */
/** @import { AbxPlacement, AbxTask } from "./types.js" */

/** What CSS calls an inch, 96 px: where no card was held to the screen, nothing better is known. */
const ASSUMED_PX_PER_MM = 96 / 25.4;

/**
 * Where the size of the screen was asked for, a picture covers its angle in the middle of the screen, and lies at
 * its eccentricity on the flat screen; elsewhere it is shown in the middle at its size in px.
 * @param {Pick<AbxTask, "picture_deg" | "eccentricity_deg" | "viewing_distance_cm">} task
 * @param {number} imagePx side of a picture in px of its own
 * @param {Screen | null} screen
 * @param {number} pixelRatio device pixels per CSS px now, which a zoom of the browser changes
 * @returns {AbxPlacement}
 */
export function placement(task, imagePx, screen, pixelRatio) {
  if (!screen) return { shown_px: imagePx, eccentricity_px: 0, px_per_degree: null, scale: null };
  const measured = screen.px_per_degree;
  const scale = measured === null ? "assumed" : "card";
  const zoomed = (screen.device_pixel_ratio ?? pixelRatio) / pixelRatio;
  const degree = measured === null ? assumed(screen, task) : measured * zoomed;
  const distance = degree / (2 * tan(0.5));
  return {
    shown_px: 2 * distance * tan(task.picture_deg / 2),
    eccentricity_px: distance * tan(task.eccentricity_deg),
    px_per_degree: degree,
    scale,
  };
}

/** @param {Screen} screen @param {Pick<AbxTask, "viewing_distance_cm">} task */
function assumed({ distance_cm }, { viewing_distance_cm }) {
  return ASSUMED_PX_PER_MM * 2 * (distance_cm ?? viewing_distance_cm) * 10 * tan(0.5);
}

/** @param {number} degrees */
const tan = (degrees) => Math.tan((degrees * Math.PI) / 180);
