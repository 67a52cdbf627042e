/** Modules that are loaded when they are needed. */

import { SaidError } from "./language.js";

/**
 * A module, or a failure that says what helps: after an upgrade of the server the modules of the version that
 * this page runs are not there any more (and a connection may break).
 * @template Module
 * @param {() => Promise<Module>} load
 * @returns {Promise<Module>}
 */
export async function arrived(load) {
  try {
    return await load();
  } catch (error) {
    throw new SaidError("failed-program", { cause: error });
  }
}
