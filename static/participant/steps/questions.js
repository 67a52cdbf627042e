/**
 * Which questions of a survey are shown, and which answers they take: the same rules as the server's
 * (app/steps/questions.py). tests/unit/survey_cases.json holds both sides to them.
 */

/**
 * @typedef {string | number | string[] | null} Given what was answered, null: nothing
 *
 * @typedef {object} Question
 * @property {string} id
 * @property {string} text
 * @property {"text" | "number" | "one" | "many" | "scale"} type
 * @property {boolean} required
 * @property {Record<string, (string | number)[]>} show_if
 * @property {string[]} [options]
 * @property {number} [least]
 * @property {number} [most]
 * @property {[string, string]} [labels] of a scale's ends
 */

const LONGEST_TEXT = 2000;
const LONGEST_TEXTS = 12_000;
const LARGEST_NUMBER = 1e15;

/** @param {unknown} answer */
function unanswered(answer) {
  if (Array.isArray(answer)) return answer.length === 0;
  return answer === null || answer === undefined || (typeof answer === "string" && /^[ \t\n\r\u00a0]*$/.test(answer));
}

/** @param {unknown} answer @returns {answer is number} */
const isNumber = (answer) => typeof answer === "number" && Math.abs(answer) <= LARGEST_NUMBER;

/** Characters as the server counts them, for which an emoji is one. @param {unknown} answer */
const lengthOf = (answer) => (typeof answer === "string" ? [...answer].length : 0);

/** @type {Record<Question["type"], (answer: unknown, question: Question) => string | null>} */
const PROBLEMS = {
  text: (answer) => {
    if (typeof answer !== "string") return "option";
    return lengthOf(answer) > LONGEST_TEXT ? "too-long" : null;
  },
  number: (answer, { least = -Infinity, most = Infinity }) => {
    if (!isNumber(answer)) return "number";
    if (answer < least) return "too-small";
    return answer > most ? "too-large" : null;
  },
  one: (answer, { options = [] }) => (typeof answer === "string" && options.includes(answer) ? null : "option"),
  many: (answer, { options = [] }) => {
    if (!Array.isArray(answer) || new Set(answer).size < answer.length) return "option";
    return answer.every((one) => options.includes(one)) ? null : "option";
  },
  scale: (answer, { least = -Infinity, most = Infinity }) => {
    return isNumber(answer) && Number.isInteger(answer) && answer >= least && answer <= most ? null : "option";
  },
};

/**
 * The ids of the questions that are shown to one who gives these answers.
 * @param {Question[]} questions
 * @param {Record<string, any>} answers
 * @returns {Set<string>}
 */
export function shown(questions, answers) {
  const found = new Set();
  for (const { id, show_if: conditions } of questions) {
    const met = Object.entries(conditions).every(
      ([name, values]) => found.has(name) && [answers[name]].flat().some((one) => values.includes(one)),
    );
    if (met) found.add(id);
  }
  return found;
}

/**
 * What is wrong with these answers, by question; nothing if they are as they were asked for.
 * @param {Question[]} questions
 * @param {Record<string, any>} answers
 * @returns {Record<string, string>}
 */
export function problems(questions, answers) {
  const asked = shown(questions, answers);
  /** @type {Record<string, string>} */
  const found = {};
  if (Object.keys(answers).some((id) => !questions.some((one) => one.id === id))) found.answers = "unknown";
  let written = 0;
  for (const question of questions) {
    const { id, type, required } = question;
    const answer = answers[id];
    let problem = null;
    if (unanswered(answer)) {
      problem = required && asked.has(id) ? "required" : null;
    } else {
      problem = asked.has(id) ? PROBLEMS[type](answer, question) : "hidden";
      written += type === "text" ? lengthOf(answer) : 0;
      problem ??= written > LONGEST_TEXTS ? "too-long" : null;
    }
    if (problem) found[id] = problem;
  }
  return found;
}
