/**
 * Answers that wait in this browser for the server, of a session that somebody else is about to replace: with
 * the new session's cookie they could never be sent.
 */

import { Api } from "./api.js";
import { lastLease, takeLease } from "./lease.js";
import { Outbox } from "./outbox.js";
import { persist } from "./retry.js";
import { within } from "./signal.js";

/** Consent waits no longer than this; it needs the same connection. */
const PATIENCE_MS = 20_000;

/**
 * Sends what is left of the session that this browser holds. Never fails. A session that is open in another
 * tab is left to that tab.
 * @param {string} code of the study link
 */
export async function deliverLeftovers(code) {
  const api = new Api(code);
  api.lease = lastLease(code) ?? "";
  api.leftover = true;
  const outbox = new Outbox(code, api, (attempt) => persist(attempt));
  const delivered = takeLease(`metamerlab/${code}`, { steal: false, onLost: () => undefined }).then(
    (taken) => (taken ? outbox.recover() : undefined),
  );
  await within(delivered, PATIENCE_MS).catch(() => undefined);
}
