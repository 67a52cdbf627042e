/** Which files were chosen or dropped: each with its path, as in "stimuli/bear/01.png". */

/**
 * @typedef {object} Chosen
 * @property {string} path
 * @property {File} file
 */

/**
 * What computers put beside files, and nobody wants to upload.
 * @param {string} path
 */
export function isClutter(path) {
  return path.split("/").some((part) => /^\.|^(thumbs\.db|desktop\.ini|__macosx)$/i.test(part));
}

/**
 * Of an input element.
 * @param {FileList | null} list
 * @returns {Chosen[]}
 */
export function ofInput(list) {
  return [...(list ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/**
 * What was dropped, with all that is in its folders. The entries must be asked for before anything is waited
 * for: the browser forgets them when the event is over.
 * @param {DataTransfer} dropped
 * @returns {Promise<Chosen[]>}
 */
export async function ofDrop(dropped) {
  const entries = [...dropped.items].map((item) => item.webkitGetAsEntry());
  /** @type {Chosen[]} */
  const found = [];
  for (const entry of entries) if (entry) await walk(entry, "", found);
  return found;
}

/**
 * @param {FileSystemEntry} entry
 * @param {string} folder
 * @param {Chosen[]} found
 */
async function walk(entry, folder, found) {
  const path = folder + entry.name;
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) =>
      /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject),
    );
    found.push({ path, file });
    return;
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  for (;;) {
    // A folder is read in parts; an empty part is its end.
    /** @type {FileSystemEntry[]} */
    const part = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) return;
    for (const inner of part) await walk(inner, `${path}/`, found);
  }
}
