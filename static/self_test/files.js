/** The results as files: pure. */

/** @import { Part } from "./report.js" */

const COLUMNS = /** @type {const} */ (["name", "value", "unit", "verdict", "words"]);

/** One line for each row of the tables (RFC 4180). @param {Part[]} parts */
export function csv(parts) {
  const lines = parts.flatMap(({ title, rows }) => rows.map((row) => [title, ...COLUMNS.map((name) => row[name])]));
  return [["part", ...COLUMNS], ...lines].map((line) => line.map(cell).join(",") + "\r\n").join("");
}

/** @param {string | number | boolean} value */
function cell(value) {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
