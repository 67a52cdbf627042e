/** Whether what arrived is what was sent. */

/** Browsers compute digests in secure contexts only: over HTTPS, or on the machine itself. */
export const digestsChecked = Boolean(globalThis.crypto?.subtle);

/** The bytes are not those of the plan. */
export class DigestError extends Error {}

/**
 * Rejects with `DigestError` if a file has another digest.
 * @param {Blob} file
 * @param {string | null} sha256 in base64; null if it is not known, and nothing is checked
 */
export async function checkDigest(file, sha256) {
  if (sha256 === null || !digestsChecked) return;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  if (btoa(String.fromCharCode(...digest)) !== sha256) throw new DigestError("a file has another digest");
}
