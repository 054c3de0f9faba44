// Which language the page speaks: what the person chose, or else the first of the browser's that there are texts in.

import { byId } from "./elements.js";
import { texts as en } from "./texts/en.js";
import { texts as ja } from "./texts/ja.js";

const LANGUAGES = { en, ja };

/** @typedef {keyof typeof LANGUAGES} Language */

const wished = [localStorage.getItem("language"), ...navigator.languages.map((one) => one.slice(0, 2)), "en"];

export let language = /** @type {Language} */ (wished.find((one) => one !== null && one in LANGUAGES));
export let texts = LANGUAGES[language];

/** The language as it is written where the person lives: en-GB has the day before the month. */
const written = () => navigator.languages.find((one) => one.startsWith(language)) ?? language;

/** @param {Language} chosen */
export function speak(chosen) {
  localStorage.setItem("language", chosen);
  language = chosen;
  texts = LANGUAGES[chosen];
}

/**
 * A text with its gaps filled: `fill("by {date}", { date: "…" })`.
 *
 * @param {string} text
 * @param {Record<string, string | number | undefined>} values
 */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (gap, name) => String(values[name] ?? gap));
}

/**
 * The words for a code of the contract; undefined for one that was added since.
 *
 * @param {Record<string, string>} words
 * @param {string} code
 */
export function worded(words, code) {
  return Object.hasOwn(words, code) ? words[code] : undefined;
}

/**
 * The words for a code of the contract, or else the code.
 *
 * @param {Record<string, string>} words
 * @param {string} code
 */
export function wordsFor(words, code) {
  return worded(words, code) ?? code;
}

/** @type {Map<string, () => string>} */
const said = new Map();

/**
 * Say something in the element with this id, now, and again when another language is chosen.
 *
 * @param {string} id
 * @param {() => string} text
 */
export function say(id, text) {
  said.set(id, text);
  byId(id).textContent = text();
}

/** Write all of the page in the language that is spoken now. */
export function write() {
  document.documentElement.lang = language;
  document.title = `${texts.page.title} – Enmusubi`;
  writeIn(document);
  for (const [id, text] of said) byId(id).textContent = text();
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.getAttribute("data-language") === language));
  }
}

/**
 * Write the texts that elements name: `<p data-text="form.required">`.
 *
 * @param {ParentNode} root
 * @param {Record<string, string | number>} [values] for their gaps
 */
export function writeIn(root, values = {}) {
  for (const one of root.querySelectorAll("[data-text]")) one.textContent = fill(named(one, "text"), values);
  for (const one of root.querySelectorAll("[data-label]")) one.setAttribute("aria-label", named(one, "label"));
}

/**
 * The text that an element names: `data-text="form.name"`.
 *
 * @param {Element} element
 * @param {"text" | "label"} kind
 */
function named(element, kind) {
  const path = element.getAttribute(`data-${kind}`) ?? "";
  const found = path.split(".").reduce((/** @type {any} */ some, name) => some?.[name], texts);
  if (typeof found !== "string") throw new Error(`There is no text ${path}.`);
  return found;
}

/** @param {string} day such as 2027-05-14 */
export function dated(day) {
  return new Date(`${day}T00:00Z`).toLocaleDateString(written(), { dateStyle: "long", timeZone: "UTC" });
}

/** @param {string} moment such as 2027-05-14T01:30:00Z; shown in the browser's time zone */
export function timed(moment) {
  return new Date(moment).toLocaleString(written(), { dateStyle: "long", timeStyle: "short" });
}

/** @param {number} amount of yen */
export function yen(amount) {
  return amount.toLocaleString(language, { style: "currency", currency: "JPY" });
}
