/** Fills in the personal key that stands behind the # of a participant's link; no browser sends that part. */

const field = /** @type {HTMLInputElement | null} */ (document.getElementById("key"));
if (field && location.hash.length > 1) field.value = decodeURIComponent(location.hash.slice(1));
