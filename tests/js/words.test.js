import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Vocabulary, wordKey } from "../../static/participant/tasks/words/vocabulary.js";

const WORDS = ["about", "act", "action", "bat", "don't", "play", "player", "react", "won\u2019t"];
const vocabulary = new Vocabulary(WORDS);

test("words that begin with the text come first, then those that have it inside, each once", () => {
  assert.deepEqual(vocabulary.matches("act"), ["act", "action", "react"]);
  assert.deepEqual(vocabulary.matches("a"), ["about", "act", "action", "bat", "play", "player", "react"]);
  assert.deepEqual(vocabulary.matches("xyz"), []);
});

test("an empty text fits every word", () => {
  assert.deepEqual(vocabulary.matches(" "), WORDS);
});

test("only a whole word is exact, even where it begins another", () => {
  assert.equal(vocabulary.exact("play"), "play");
  assert.equal(vocabulary.exact("player"), "player");
  assert.equal(vocabulary.exact("playe"), null);
  assert.equal(vocabulary.exact(""), null);
});

test("capitals, spaces around and the kind of apostrophe do not count; the word is spelled as listed", () => {
  for (const text of ["DON'T", "don\u2019t", "don\u02bct ", " Don`t"]) assert.equal(vocabulary.exact(text), "don't");
  for (const text of ["won't", "WON\u2018T"]) assert.equal(vocabulary.exact(text), "won\u2019t");
  assert.deepEqual(vocabulary.matches("N\u2019T"), ["don't", "won\u2019t"]);
  assert.equal(vocabulary.exact("dont"), null);
});

// tests/unit/test_vocabulary.py reads the same table.
for (const { name, spellings, key } of JSON.parse(readFileSync("tests/unit/word_keys.json", "utf-8")))
  test(`the key of words: ${name}`, () => {
    for (const spelling of spellings) assert.equal(wordKey(spelling), key);
  });
