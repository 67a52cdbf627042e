/** Trying again, as long as it takes: with back-off, jitter, and a wake-up when the network returns. */

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

/** The request did not reach the server, or the server could not serve it now: trying again may help. */
export class TemporaryError extends Error {}

/** The server was reached, and asks for patience: an answer before has not arrived yet. That is no trouble. */
export class EarlyError extends TemporaryError {}

/**
 * The pause before try number `tries` + 1: it doubles up to a limit, and half of it is chance, so that a
 * class of participants does not return all at once.
 * @param {number} tries failed so far, from 1
 * @param {number} chance in [0, 1)
 */
export function pauseMs(tries, chance) {
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1));
  return longest * (0.5 + 0.5 * chance);
}

/**
 * Waits, but no longer than until the browser says that it is online again.
 * @param {number} ms
 * @returns {Promise<void>}
 */
export function pauseUntilOnline(ms) {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      removeEventListener("online", wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    addEventListener("online", wake);
  });
}

/**
 * Repeats `attempt` until it succeeds; an error that is not temporary ends it.
 * @template T
 * @param {() => Promise<T>} attempt
 * @param {{onTrouble?: () => void, onRecovery?: () => void, pause?: (ms: number) => Promise<void>,
 *   chance?: () => number}} [options] onRecovery follows onTrouble, once, whatever the end
 * @returns {Promise<T>}
 */
export async function persist(attempt, options = {}) {
  const { onTrouble, onRecovery, pause = pauseUntilOnline, chance = Math.random } = options;
  let trouble = false;
  for (let tries = 1; ; tries += 1) {
    try {
      const result = await attempt();
      if (trouble) onRecovery?.();
      return result;
    } catch (error) {
      if (!(error instanceof TemporaryError)) {
        if (trouble) onRecovery?.();
        throw error;
      }
      if (!trouble && !(error instanceof EarlyError)) {
        trouble = true;
        onTrouble?.();
      }
      await pause(pauseMs(tries, chance()));
    }
  }
}
