/** The page of a stimulus set: what is dropped or chosen is uploaded, and the page then shows what was found. */

import { ofDrop, ofInput } from "./chosen.js";
import { upload } from "./upload.js";

/** @import { Chosen } from "./chosen.js" */
/** @import { Progress } from "./upload.js" */

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const drop = element("drop");
const bar = /** @type {HTMLProgressElement} */ (element("bar"));
let stopping = new AbortController();
let busy = false;

/** @param {Progress} progress */
function tell({ done, total, problems }) {
  bar.max = Math.max(total, 1);
  bar.value = done;
  const failed = problems.length ? `; ${problems.length} could not be uploaded` : "";
  element("state").textContent = `${done} of ${total} files${failed}`;
}

/** @param {Progress["problems"]} problems */
function showProblems(problems) {
  const list = document.createElement("ul");
  for (const { path, message } of problems.slice(0, 20)) {
    const item = document.createElement("li");
    item.textContent = `${path}: ${message}`;
    list.append(item);
  }
  const again = document.createElement("a");
  again.href = location.pathname;
  again.textContent = "Show what was uploaded";
  element("problems").replaceChildren(list, again);
  element("problems").hidden = false;
}

/** @param {Chosen[]} chosen */
async function take(chosen) {
  if (busy || chosen.length === 0) return;
  busy = true;
  stopping = new AbortController();
  element("progress").hidden = false;
  element("problems").hidden = true;
  const set = `/admin/api/stimuli/${drop.dataset["set"]}`;
  try {
    const done = await upload(set, chosen, Number(drop.dataset["fileLimit"]), stopping.signal, tell);
    if (done.problems.length) showProblems(done.problems);
    else location.assign(location.pathname);
  } catch (error) {
    showProblems([{ path: "The upload", message: error instanceof Error ? error.message : String(error) }]);
  }
  busy = false;
}

drop.addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("over");
});
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", async (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  if (event.dataTransfer) await take(await ofDrop(event.dataTransfer));
});
for (const id of ["folder", "files"]) {
  const input = /** @type {HTMLInputElement} */ (element(id));
  input.addEventListener("change", async () => {
    await take(ofInput(input.files));
    input.value = "";
  });
}
element("stop").addEventListener("click", () => stopping.abort());
