/**
 * The results as tables. A phone shows each row as a block, for which browsers forget that it is a row: the roles
 * say so.
 */

import { element } from "../participant/dom.js";

/** @import { Part, Row } from "./report.js" */

const HEADS = ["Measured", "Value", "Verdict"];

/** @param {Part} part */
export function table({ title, rows }) {
  const heads = HEADS.map((text) => element("th", { scope: "col", role: "columnheader" }, text));
  return element(
    "table",
    { role: "table" },
    element("caption", {}, title),
    element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, ...heads)),
    element("tbody", { role: "rowgroup" }, ...rows.map(line)),
  );
}

/** @param {Row} row */
function line({ name, value, unit, verdict, words }) {
  const shown = typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
  const judgement = verdict ? [element("span", { class: "verdict", "data-verdict": verdict }, verdict)] : [];
  return element(
    "tr",
    { role: "row" },
    element("th", { scope: "row", role: "rowheader" }, name),
    element("td", { role: "cell" }, `${shown} ${unit}`.trim()),
    element("td", { role: "cell" }, ...judgement, verdict && words ? ": " : "", words),
  );
}
