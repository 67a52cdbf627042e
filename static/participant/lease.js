/**
 * One page at a time: two of them would answer the same trials. Among the tabs of a browser, its lock manager
 * decides; among browsers, the server, by the lease that the page draws.
 */

import { timeoutSignal } from "./signal.js";

/** A page that is being reloaded lets go of its lease a moment after the new one asks for it. */
const PATIENCE_MS = 1500;

/**
 * Resolves to false when another tab has the lease and this one does not take it over. Without a lock manager
 * (a page served without TLS, a browser that denies it) there is no lease, and the server's uniqueness of
 * answers is the only guard.
 * @param {string} name
 * @param {{steal: boolean, onLost: () => void}} options onLost: another tab took the lease over
 * @returns {Promise<boolean>}
 */
export function takeLease(name, { steal, onLost }) {
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    let held = false;
    const hold = () => {
      held = true;
      resolve(true);
      return new Promise(() => undefined); // kept until the tab closes
    };
    const signal = steal ? undefined : timeoutSignal(PATIENCE_MS);
    const options = signal ? { signal } : { steal };
    navigator.locks.request(name, options, hold).catch(() => (held ? onLost() : resolve(!signal?.aborted)));
  });
}

/** @param {string} code of the study link */
const keyOf = (code) => `metamerlab/${code}/lease`;

/**
 * The lease that a page of this browser had last; null if none is known.
 * @param {string} code
 */
export function lastLease(code) {
  try {
    return localStorage.getItem(keyOf(code));
  } catch {
    return null; // a browser that keeps nothing
  }
}

/** @param {string} code @param {string} lease */
export function keepLease(code, lease) {
  try {
    localStorage.setItem(keyOf(code), lease);
  } catch {
    // then the next page asks whether to take over
  }
}
