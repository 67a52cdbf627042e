/** Sends files to a stimulus set: several at a time, each again when the line breaks, none that is there. */

import { isClutter } from "./chosen.js";

/** @import { Chosen } from "./chosen.js" */

const AT_ONCE = 3;
const TRIES = 6;
const FIRST_PAUSE_MS = 500;

/** What ends an upload: no further file would fare better. */
const FINAL = new Set(["set_full", "disk_full", "set_ready", "no_session", "role_too_low", "not_your_set"]);

export class UploadError extends Error {
  /**
   * @param {string} message
   * @param {string} code
   */
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

/** @param {number} ms */
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Calls the server, again and again while it cannot be reached. Raises `UploadError` with its answer otherwise.
 * @param {string} address
 * @param {RequestInit} how
 * @returns {Promise<any>}
 */
export async function call(address, how) {
  for (let tried = 1; ; tried++) {
    try {
      const response = await fetch(address, { redirect: "error", ...how });
      if (response.status === 429) {
        // So many files in a minute that it is somebody else's turn: this is no failure.
        await pause(1000 * Number(response.headers.get("Retry-After") ?? 5));
        tried -= 1;
        continue;
      }
      const answer = await response.json();
      if (response.ok) return answer;
      const problem = new UploadError(answer.error.message, answer.error.code);
      if (response.status < 500 && response.status !== 408) throw problem;
      if (tried === TRIES) throw problem;
    } catch (error) {
      if (error instanceof UploadError || how.signal?.aborted) throw error;
      if (tried === TRIES) throw new UploadError("The server cannot be reached; upload the rest again.", "away");
    }
    await pause(FIRST_PAUSE_MS * 2 ** (tried - 1));
  }
}

/**
 * The SHA-256 digest in hexadecimal digits; empty where the browser computes none (a page without TLS).
 * @param {Blob} file
 */
export async function sha256(file) {
  if (!globalThis.crypto?.subtle) return "";
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * @typedef {object} Progress
 * @property {number} done
 * @property {number} total
 * @property {{path: string, message: string}[]} problems
 */

/**
 * Uploads files and archives to a set.
 * @param {string} set  its address, /admin/api/stimuli/ID
 * @param {Chosen[]} chosen
 * @param {number} fileLimitBytes
 * @param {AbortSignal} signal
 * @param {(progress: Progress) => void} tell
 * @returns {Promise<Progress>}
 */
export async function upload(set, chosen, fileLimitBytes, signal, tell) {
  const wanted = chosen.filter(({ path }) => !isClutter(path));
  const archives = wanted.filter(({ path }) => path.toLowerCase().endsWith(".zip"));
  const files = wanted.filter((one) => !archives.includes(one));
  const known = await call(`${set}/files`, { signal });
  /** @type {Map<string, string>} */
  const there = new Map(known.files.map((/** @type {any} */ file) => [file.path, file.sha256]));
  /** @type {Progress} */
  const progress = { done: 0, total: wanted.length, problems: [] };
  tell(progress);
  const waiting = [...files];
  const lanes = Array.from({ length: AT_ONCE }, async () => {
    for (let one = waiting.shift(); one && !signal.aborted; one = waiting.shift()) {
      await attempt(one, progress, waiting, () => sendFile(set, one, there, fileLimitBytes, signal));
      progress.done += 1;
      tell(progress);
    }
  });
  await Promise.all(lanes);
  for (const one of archives) {
    if (signal.aborted) break;
    const before = progress.total;
    await attempt(one, progress, [], () =>
      sendArchive(set, one, signal, (done, total) => tell({ ...progress, done: progress.done + done, total: before + total })),
    );
    progress.done += 1;
    tell(progress);
  }
  return progress;
}

/**
 * @param {Chosen} one
 * @param {Progress} progress
 * @param {Chosen[]} waiting  emptied when no further file would fare better
 * @param {() => Promise<void>} send
 */
async function attempt(one, progress, waiting, send) {
  try {
    await send();
  } catch (error) {
    if (!(error instanceof UploadError)) {
      if (error instanceof DOMException && error.name === "AbortError") return;
      progress.problems.push({ path: one.path, message: `cannot be read (${error})` });
      return;
    }
    progress.problems.push({ path: one.path, message: error.message });
    if (FINAL.has(error.code) || error.code === "away") waiting.length = 0;
  }
}

/**
 * @param {string} set
 * @param {Chosen} one
 * @param {Map<string, string>} there
 * @param {number} limitBytes
 * @param {AbortSignal} signal
 */
async function sendFile(set, { path, file }, there, limitBytes, signal) {
  if (file.size > limitBytes) throw new UploadError(`has more than ${limitBytes / 1e6} MB; make it smaller`, "too_large");
  const digest = await sha256(file);
  if (digest !== "" && there.get(path) === digest) return;
  const headers = { "Content-Type": "application/octet-stream", "X-SHA256": digest };
  await call(`${set}/files?path=${encodeURIComponent(path)}`, { method: "PUT", body: file, headers, signal });
}

/**
 * @param {string} set
 * @param {Chosen} one
 * @param {AbortSignal} signal
 * @param {(done: number, total: number) => void} tell
 */
async function sendArchive(set, { file }, signal, tell) {
  const headers = { "Content-Type": "application/zip" };
  await call(`${set}/archive`, { method: "PUT", body: file, headers, signal });
  for (let done = 0, total = 1; done < total; ) {
    const json = { "Content-Type": "application/json" };
    ({ done, total } = await call(`${set}/archive/next`, { method: "POST", body: "{}", headers: json, signal }));
    tell(done, total);
  }
}
