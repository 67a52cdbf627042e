import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, test } from "node:test";

import { categoryLabel, loadLanguage, ofTask, paragraphs, readCatalogue, say } from "../../static/participant/language.js";

const file = (language) => new URL(`../../static/participant/languages/${language}.ftl`, import.meta.url);
const speak = async (language) => readCatalogue(language, await readFile(file(language), "utf8"));

beforeEach(() => speak("en"));
afterEach(() => delete globalThis.document);

test("numbers have the right plural", async () => {
  const left = [1, 2].map((count) => say("words-matching", { count }));
  assert.deepEqual(left, ["1 word fits.", "2 words fit."]);
  await speak("de");
  assert.deepEqual([0, 1, 2].map((count) => say("words-matching", { count })), [
    "Kein Wort der Liste passt.",
    "1 Wort passt.",
    "2 Wörter passen.",
  ]);
});

test("blank lines part paragraphs, and other line breaks are spaces", () => {
  readCatalogue("en", "told =\n    One line\n    and more.\n\n    Then { $what }.\n");
  assert.deepEqual(paragraphs("told", { what: "<b>" }), ["One line and more.", "Then <b>."]);
  assert.equal(say("told", { what: "x" }), "One line and more. Then x.");
});

test("what a task says is under its kind", () => {
  assert.equal(say(ofTask({ kind: "words" }, "question")), "Which word was in the middle?");
});

test("categories have labels, and those without one their names", async () => {
  await speak("de");
  assert.deepEqual(["oven", "gadget", "__proto__", "two words"].map(categoryLabel), [
    "Ofen",
    "gadget",
    "__proto__",
    "two words",
  ]);
});

test("a text that there is not is named on the console, and ends nothing", (t) => {
  const said = t.mock.method(console, "error", () => undefined);
  assert.equal(say("no-such-text"), "no-such-text");
  assert.equal(said.mock.callCount(), 1);
});

test("the catalogue is that of the page, and is asked for again when it does not come", async (t) => {
  const link = { href: "/static/participant/languages/de.ftl?v=1" };
  globalThis.document = { documentElement: { dataset: { language: "de" } }, getElementById: () => link };
  const asked = [];
  t.mock.method(globalThis, "fetch", async (address) => {
    asked.push(address);
    return asked.length === 1 ? new Response("", { status: 503 }) : new Response("continue = Weiter\n");
  });
  t.mock.method(globalThis, "setTimeout", (wake) => queueMicrotask(wake));
  globalThis.addEventListener ??= () => undefined;
  globalThis.removeEventListener ??= () => undefined;
  await loadLanguage();
  assert.deepEqual(asked, [link.href, link.href]);
  assert.equal(say("continue"), "Weiter");
});

test("both languages say the same of every value that the page knows", async () => {
  const keys = [...(await readFile(file("en"), "utf8")).matchAll(/^([a-z][\w-]*) =/gm)].map(([, key]) => key);
  const values = Object.fromEntries(
    ["answered", "count", "date", "days", "done", "given", "host", "is", "label", "least", "left", "longest",
      "minutes", "most", "names", "number", "of", "reason", "request_id", "total"].map((name) => [name, 2]),
  );
  for (const language of ["en", "de"]) {
    await speak(language);
    for (const key of keys) assert.doesNotMatch(say(key, values), /\{|^$|\n/, `${language}: ${key}`);
  }
});
