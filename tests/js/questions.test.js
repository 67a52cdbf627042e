import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { problems, shown } from "../../static/participant/steps/questions.js";

const { questions: written, cases } = JSON.parse(
  await readFile(new URL("../unit/survey_cases.json", import.meta.url), "utf8"),
);
/** As the server tells them. */
const questions = written.map(({ required = true, show_if = {}, ...question }) => ({
  ...question,
  required,
  show_if: Object.fromEntries(Object.entries(show_if).map(([id, values]) => [id, [values].flat()])),
}));
const writtenOut = (answer) => (answer?.times ? answer.repeat.repeat(answer.times) : answer);

for (const { name, answers, problems: expected } of cases) {
  test(`the table of cases: ${name}`, () => {
    const given = Object.fromEntries(Object.entries(answers).map(([id, answer]) => [id, writtenOut(answer)]));
    assert.deepEqual(problems(questions, given), expected);
  });
}

test("all texts together fit into one request", () => {
  const texts = Array.from({ length: 7 }, (_, n) => ({ id: `q${n}`, type: "text", required: true, show_if: {} }));
  const answers = Object.fromEntries(texts.map(({ id }) => [id, "ä".repeat(id === "q6" ? 1 : 2000)]));
  assert.deepEqual(problems(texts, answers), { q6: "too-long" });
});

test("what is shown follows from what was answered before", () => {
  assert.deepEqual([...shown(questions, {})], ["age", "hearing", "devices", "remarks"]);
  const all = [...shown(questions, { hearing: "loss", how_bad: 4 })];
  assert.deepEqual(all, ["age", "hearing", "since", "how_bad", "worst", "devices", "remarks"]);
});
