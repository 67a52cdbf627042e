/** What a page can find out about its device, and what of it is not as a study needs it. */

/** @import { FrameClock } from "../clock.js" */

/**
 * What the study needs, as the server tells it; null: nothing in particular.
 * @typedef {object} Needs
 * @property {"allowed" | "refused"} phones
 * @property {"allowed" | "refused"} touch
 * @property {number | null} least_width_px
 * @property {number | null} least_height_px
 * @property {boolean | null} audio
 * @property {string[]} browsers
 * @property {number | null} least_refresh_hz
 */

/** A screen of 60 Hz is measured as anything from 59 to 61. */
const REFRESH_TOLERANCE = 0.05;

/** By what a browser calls itself; the first that fits, since most call themselves by the names of others too. */
const FAMILIES = /** @type {const} */ ([
  ["edge", /\bEdg(?:e|A|iOS)?\/(\d+)/],
  ["opera", /\b(?:OPR|OPT|OPiOS)\/(\d+)/],
  ["samsung", /\bSamsungBrowser\/(\d+)/],
  ["firefox", /\b(?:Firefox|FxiOS)\/(\d+)/],
  ["chrome", /\b(?:HeadlessChrome|Chrome|CriOS)\/(\d+)/],
  ["safari", /\bVersion\/(\d+)\S* (?:Mobile\/\S+ )?Safari\//],
]);

/** @param {string} userAgent */
export function browserOf(userAgent) {
  for (const [browser, pattern] of FAMILIES) {
    const found = pattern.exec(userAgent);
    if (found) return { browser, browser_version: Number(found[1]) };
  }
  return { browser: userAgent ? "unknown" : null, browser_version: null };
}

/** @param {string} userAgent @param {boolean} [mobile] what newer browsers say themselves */
export function isPhone(userAgent, mobile) {
  return mobile ?? /iPhone|iPod|Windows Phone|Android.*\bMobile\b/.test(userAgent);
}

/** All that can be known without a press. The window is what can be seen of it, by a pinch zoom too. */
export function deviceRecord() {
  const { userAgent, language } = navigator;
  const scale = globalThis.visualViewport?.scale ?? 1;
  const { mobile } = /** @type {any} */ (navigator).userAgentData ?? {};
  return {
    ...browserOf(userAgent),
    phone: isPhone(userAgent, mobile),
    touch: matchMedia("(pointer: coarse)").matches,
    window_width_px: Math.round(innerWidth / scale),
    window_height_px: Math.round(innerHeight / scale),
    screen_width_px: screen.width,
    screen_height_px: screen.height,
    device_pixel_ratio: devicePixelRatio,
    browser_language: language,
  };
}

/** Whether the sound device can be opened. Only after a press: browsers complain before. */
export async function soundRecord() {
  try {
    const context = new AudioContext();
    const { sampleRate } = context;
    await context.close();
    return { audio: true, sample_rate_hz: sampleRate };
  } catch {
    return { audio: false, sample_rate_hz: null };
  }
}

/** @param {FrameClock} clock */
export const refreshRecord = async (clock) => ({ refresh_hz: 1000 / (await clock.measure()) });

/**
 * What is not as the study needs it: by the same rules as the server's (app/steps/device_check.py), which
 * decides. What was not measured is no fault.
 * @param {Needs} needs
 * @param {Record<string, any>} found
 */
export function faults(needs, found) {
  const less = (/** @type {number | null} */ is, /** @type {number | null} */ least, tolerance = 0) =>
    typeof is === "number" && least !== null && is < least * (1 - tolerance);
  const wrong = {
    phone: needs.phones === "refused" && found.phone === true,
    touch: needs.touch === "refused" && found.touch === true,
    browser: needs.browsers.length > 0 && typeof found.browser === "string" && !needs.browsers.includes(found.browser),
    audio: needs.audio === true && found.audio === false,
    width: less(found.window_width_px, needs.least_width_px),
    height: less(found.window_height_px, needs.least_height_px),
    refresh: less(found.refresh_hz, needs.least_refresh_hz, REFRESH_TOLERANCE),
  };
  return new Set(Object.entries(wrong).flatMap(([name, isSo]) => (isSo ? [name] : [])));
}
