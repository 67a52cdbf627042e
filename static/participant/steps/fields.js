/** Questions as fields that are answered by mouse, touch or keyboard, with what is wrong said at each. */

import { element } from "../dom.js";
import { say } from "../language.js";
import { problems, shown } from "./questions.js";

/** @import { Given, Question } from "./questions.js" */

/**
 * @typedef {object} Field
 * @property {HTMLElement} box
 * @property {() => Given} value
 * @property {HTMLElement} first what takes the focus
 * @property {HTMLElement} described what the error is told of
 */

/** What is wrong with an answer, in words. @type {Record<string, (question: Question) => string>} */
const PROBLEMS = {
  required: ({ type }) => say(type === "text" || type === "number" ? "survey-required" : "survey-required-choice"),
  "too-long": () => say("survey-too-long"),
  number: () => say("survey-number"),
  "too-small": ({ least = 0 }) => say("survey-too-small", { least }),
  "too-large": ({ most = 0 }) => say("survey-too-large", { most }),
};

/** @param {Question} question */
const nameOf = ({ id }) => `question-${id}`;

/** @param {Question} question the text of it, and that it may be left out */
function titleOf({ text, required }) {
  return required ? [text] : [text, element("span", { class: "optional" }, ` ${say("survey-optional")}`)];
}

/** A number as people write it, with a comma too; what is none stays as it is. @param {string} text */
const numberIn = (text) => {
  const number = text.trim() ? Number(text.trim().replace(",", ".")) : NaN;
  return Number.isNaN(number) ? text : number;
};

/** @param {Question} question @returns {Field} */
function writtenField(question) {
  const name = nameOf(question);
  const isNumber = question.type === "number";
  const given = { id: name, autocomplete: "off", "aria-required": String(question.required) };
  const input = isNumber
    ? element("input", { ...given, type: "text", inputmode: "decimal" })
    : element("textarea", { ...given, rows: "2" });
  const box = element("div", { class: "question-box" }, element("label", { for: name }, ...titleOf(question)), input);
  return { box, first: input, described: input, value: () => (isNumber ? numberIn(input.value) : input.value) };
}

/**
 * A group of options, of which one or several are chosen.
 * @param {Question} question
 * @param {{value: any, label: string}[]} options
 * @returns {Field}
 */
function choiceField(question, options) {
  const several = question.type === "many";
  const inputs = options.map(() => element("input", { type: several ? "checkbox" : "radio", name: nameOf(question) }));
  const labels = options.map(({ label }, n) => element("label", { class: "option" }, inputs[n], element("span", {}, label)));
  const group = element("fieldset", { class: "question-box" }, element("legend", {}, ...titleOf(question)), ...labels);
  const value = () => {
    const chosen = options.filter((_, n) => inputs[n].checked).map((option) => option.value);
    return several ? chosen : (chosen[0] ?? null);
  };
  return { box: group, first: inputs[0], described: group, value };
}

/** @param {Question} question */
function optionsField(question) {
  const options = (question.options ?? []).map((name) => ({ value: name, label: name }));
  return choiceField(question, [...options, ...noAnswer(question)]);
}

/** What takes a choice back, where nothing has to be chosen. @param {Question} question */
const noAnswer = ({ type, required }) =>
  required || type === "many" ? [] : [{ value: null, label: say("survey-no-answer") }];

/** @param {Question} question */
function scaleField(question) {
  const { least = 1, most = 7, labels } = question;
  const steps = Array.from({ length: most - least + 1 }, (_, n) => ({ value: least + n, label: String(least + n) }));
  const field = choiceField(question, [...steps, ...noAnswer(question)]);
  const options = [...field.box.querySelectorAll(".option")];
  const scale = element("div", { class: "scale" }, ...options.slice(0, steps.length));
  field.box.querySelector("legend")?.after(scale);
  if (labels) {
    const ends = labels.map((label, end) => element("span", {}, `${end ? most : least} = ${label}`));
    scale.before(element("p", { class: "scale-ends" }, ...ends));
  }
  return field;
}

const FIELDS = { text: writtenField, number: writtenField, one: optionsField, many: optionsField, scale: scaleField };

/** The fields of some questions. Which of them are shown follows from what has been answered. */
export class Form {
  #questions;
  /** @type {Map<string, Field & {error: HTMLElement, question: Question}>} */
  #fields = new Map();

  /** @param {Question[]} questions */
  constructor(questions) {
    this.#questions = questions;
    for (const question of questions) {
      const error = element("p", { class: "field-error", id: `${nameOf(question)}-error` });
      const field = FIELDS[question.type](question);
      field.box.append(error);
      field.box.addEventListener("input", () => this.#changed());
      this.#fields.set(question.id, { ...field, error, question });
    }
    this.#changed();
  }

  get boxes() {
    return [...this.#fields.values()].map(({ box }) => box);
  }

  /** The answers if they are as they were asked for. Else says what is wrong, goes to the first, and gives null. */
  checked() {
    const answers = this.#answers();
    const wrong = problems(this.#questions, answers);
    for (const { question, ...field } of this.#fields.values()) this.#tell(field, question, wrong[question.id]);
    const [first] = Object.keys(wrong);
    if (first === undefined) return answers;
    const { first: input, box } = /** @type {Field} */ (this.#fields.get(first));
    input.focus({ preventScroll: true });
    box.scrollIntoView({ block: "nearest" });
    return null;
  }

  /** What is answered of what is shown. */
  #answers() {
    const all = Object.fromEntries([...this.#fields].map(([id, { value }]) => [id, value()]));
    const asked = shown(this.#questions, all);
    return Object.fromEntries(Object.entries(all).filter(([id, given]) => asked.has(id) && !isEmpty(given)));
  }

  /** Shows what is asked now; an error goes when its answer is right. */
  #changed() {
    const answers = this.#answers();
    const asked = shown(this.#questions, answers);
    const wrong = problems(this.#questions, answers);
    for (const [id, { question, ...field }] of this.#fields) {
      field.box.hidden = !asked.has(id);
      if (field.error.textContent && !wrong[id]) this.#tell(field, question, undefined);
    }
  }

  /** @param {Field & {error: HTMLElement}} field @param {Question} question @param {string | undefined} problem */
  #tell({ error, described, first }, question, problem) {
    error.textContent = problem ? (PROBLEMS[problem] ?? PROBLEMS.required)(question) : "";
    if (problem) described.setAttribute("aria-describedby", error.id);
    else described.removeAttribute("aria-describedby");
    if (described === first) first.setAttribute("aria-invalid", String(Boolean(problem)));
  }
}

/** @param {Given} given */
const isEmpty = (given) => given === null || given === "" || (Array.isArray(given) && given.length === 0);
