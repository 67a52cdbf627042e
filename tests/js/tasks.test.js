import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { test } from "node:test";

import { TASKS, taskOf } from "../../static/participant/tasks/registry.js";

test("every folder of a task is in the registry, and no other", async () => {
  const entries = await readdir(new URL("../../static/participant/tasks", import.meta.url), { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  assert.deepEqual(folders.sort(), [...TASKS.keys()].sort());
});

test("a third task needs its own module and one line", async () => {
  const made = [];
  const third = { texts: {}, trial: () => ({}) };
  TASKS.set("natural_or_made", async () => ({ makeTask: (told, tools) => made.push([told, tools]) && third }));
  const told = { kind: "natural_or_made" };
  const tools = { total: 4 };
  assert.equal(await taskOf(told, tools), third);
  assert.deepEqual(made, [[told, tools]]);
  TASKS.delete("natural_or_made");
});

test("a task that the page does not know is named", async () => {
  await assert.rejects(taskOf({ kind: "juggling" }, {}), /does not know the task "juggling"/);
});
