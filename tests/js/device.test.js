import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { browserOf, faults, isPhone } from "../../static/participant/steps/device.js";

const { cases } = JSON.parse(await readFile(new URL("../unit/device_cases.json", import.meta.url), "utf8"));
/** As the server tells what is not needed. */
const NOTHING = {
  phones: "allowed",
  touch: "allowed",
  least_width_px: null,
  least_height_px: null,
  audio: null,
  browsers: [],
  least_refresh_hz: null,
};

for (const { name, needs, found, faults: expected } of cases) {
  test(`the table of cases: ${name}`, () => {
    const wrong = [...faults({ ...NOTHING, ...needs }, found)];
    const named = wrong.map((fault) => (fault === "width" || fault === "height" ? "window" : fault));
    assert.deepEqual([...new Set(named)], expected);
  });
}

const WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)";
const ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)";
const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
const MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)";

for (const [userAgent, browser, version, phone] of [
  [`${WINDOWS} Chrome/126.0.0.0 Safari/537.36`, "chrome", 126, false],
  [`${WINDOWS} HeadlessChrome/126.0.0.0 Safari/537.36`, "chrome", 126, false],
  [`${WINDOWS} Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0`, "edge", 126, false],
  [`${WINDOWS} Chrome/124.0.0.0 Safari/537.36 OPR/110.0.0.0`, "opera", 110, false],
  ["Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "firefox", 127, false],
  [`${MAC} Version/17.5 Safari/605.1.15`, "safari", 17, false],
  [`${IPHONE} Version/17.5 Mobile/15E148 Safari/604.1`, "safari", 17, true],
  [`${IPHONE} CriOS/126.0.6478.35 Mobile/15E148 Safari/604.1`, "chrome", 126, true],
  [`${IPHONE} FxiOS/127.0 Mobile/15E148 Safari/605.1.15`, "firefox", 127, true],
  [`${ANDROID} SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36`, "samsung", 25, true],
  [`${ANDROID} Chrome/126.0.0.0 Safari/537.36`, "chrome", 126, false], // a tablet
  ["Lynx/2.8.9", "unknown", null, false],
  ["", null, null, false],
]) {
  test(`what a browser calls itself: ${userAgent}`, () => {
    assert.deepEqual(browserOf(userAgent), { browser, browser_version: version });
    assert.equal(isPhone(userAgent), phone);
  });
}

test("what a browser says of phones itself counts", () => {
  assert.equal(isPhone(WINDOWS, true), true);
  assert.equal(isPhone(IPHONE, false), false);
});
