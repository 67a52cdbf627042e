/** The arithmetic of the test: pure. All times are in ms. */

/**
 * A quantile by linear interpolation between the sorted values (type 7 of Hyndman and Fan 1996).
 * @param {number[]} values at least one
 * @param {number} share 0 to 1
 */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

/**
 * The share of values that lie no further than `tolerance` from `target`.
 * @param {number[]} values at least one
 * @param {number} target
 * @param {number} tolerance
 */
export function shareWithin(values, target, tolerance) {
  return values.filter((value) => Math.abs(value - target) <= tolerance).length / values.length;
}

/**
 * How a value is judged by two limits, of which the first is the stricter: beyond both it is poor.
 * @param {number} value
 * @param {number} good
 * @param {number} fair less than `good` where larger values are better
 * @returns {"good" | "fair" | "poor"}
 */
export function judged(value, good, fair) {
  const larger = fair < good;
  const reaches = (/** @type {number} */ limit) => (larger ? value >= limit : value <= limit);
  if (reaches(good)) return "good";
  return reaches(fair) ? "fair" : "poor";
}
