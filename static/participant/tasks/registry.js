/**
 * The tasks. The server says which one a study has (app/tasks there): a task has a folder on either side, of the
 * same name. A task's module is loaded when it is needed.
 */

import { arrived } from "../later.js";

/** @import { Task, Tools, Told } from "../types.js" */

/**
 * What `task.js` of a task exports.
 * @typedef {{makeTask: (told: any, tools: Tools) => Task}} TaskModule
 */

/** @type {[kind: string, load: () => Promise<TaskModule>][]} */
const OURS = [
  ["abx", () => import("./abx/task.js")],
  ["image16", () => import("./image16/task.js")],
  ["words", () => import("./words/task.js")],
];
export const TASKS = new Map(OURS);

/**
 * The task of a session, made from what the server told of it.
 * @param {Told} told
 * @param {Tools} tools
 * @returns {Promise<Task>}
 */
export async function taskOf(told, tools) {
  const load = TASKS.get(told.kind);
  if (!load) throw new Error(`This page does not know the task "${told.kind}".`);
  return (await arrived(load)).makeTask(told, tools);
}
