// Telling a person what was wrong: in a summary that gets the focus, and beside each field that it is about.

import { byId, element } from "./elements.js";
import { fill, texts, worded } from "./language.js";
import { Refused } from "./programme.js";

/** @import { Problem } from "./programme.js" */
/** @typedef {HTMLInputElement | HTMLSelectElement} Control */

/** @type {{ place: HTMLElement, problem: Problem } | undefined} */
let shown;

/**
 * Do something, and show what was refused in this form or section.
 *
 * @param {HTMLElement} place holds a `.problem`, and the fields if there are any
 * @param {() => Promise<void>} work
 */
export async function attempt(place, work) {
  clear(place);
  const buttons = [...place.querySelectorAll("button")].filter((button) => !button.disabled);
  for (const button of buttons) button.disabled = true;
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    tell(place, error.problem);
  } finally {
    for (const button of buttons) button.disabled = false;
  }
}

/**
 * Show a problem, and put the focus on it.
 *
 * @param {HTMLElement} place
 * @param {Problem} problem
 */
export function tell(place, problem) {
  shown = { place, problem };
  write(place, problem);
  summaryOf(place).focus();
}

/** Tell what was told last in the language that is spoken now. */
export function tellAgain() {
  if (shown === undefined) return;
  const { place, problem } = shown;
  clear(place);
  write(place, problem);
  shown = { place, problem };
}

/** @param {HTMLElement} place */
function clear(place) {
  shown = undefined;
  summaryOf(place).hidden = true;
  for (const control of controlsOf(place)) {
    control.removeAttribute("aria-invalid");
    describe(control);
  }
  for (const error of place.querySelectorAll(".error")) error.remove();
}

/**
 * @param {HTMLElement} place
 * @param {Problem} problem
 */
function write(place, problem) {
  const list = element("ul");
  for (const { control, where, text } of inOrder(place, problem)) {
    if (control !== undefined) showBeside(control, text);
    list.append(element("li", {}, control ? linkTo(control) : where, fill(texts.problem.line, { text })));
  }
  const summary = summaryOf(place);
  const said = worded(texts.problem, problem.type) ?? problem.detail ?? problem.title;
  summary.replaceChildren(element("h3", {}, texts.problem.title), element("p", {}, said));
  if (list.hasChildNodes()) summary.append(list);
  summary.hidden = false;
}

/**
 * What is wrong, in the order in which the fields stand on the page.
 *
 * @param {HTMLElement} place
 * @param {Problem} problem
 */
function inOrder(place, problem) {
  const controls = controlsOf(place);
  return (problem.errors ?? [])
    .map(({ where, code, message }) => {
      const control = controlAt(controls, where.replace(/^body\./, ""));
      const place = control === undefined ? -1 : controls.indexOf(control);
      return { control, where, text: worded(texts.wrong, code) ?? message, place };
    })
    .sort((one, other) => one.place - other.place)
    .filter(({ control }, index, all) => control === undefined || control !== all[index - 1]?.control);
}

/**
 * The field at the path that an error names, or the one that is nearest to it.
 *
 * @param {Control[]} controls
 * @param {string} path such as contact.email
 */
function controlAt(controls, path) {
  return (
    controls.find((control) => control.name === path) ??
    controls.find((control) => control.name.startsWith(`${path}.`) || path.startsWith(`${control.name}.`))
  );
}

/**
 * @param {Control} control
 * @param {string} said
 */
function showBeside(control, said) {
  control.setAttribute("aria-invalid", "true");
  const error = element("p", { class: "error", id: `${control.id}-error` }, said);
  if (control.type === "checkbox") control.parentElement?.prepend(error);
  else control.before(error);
  describe(control);
}

/** Name the texts that are about a field: its error, then its help. @param {Control} control */
function describe(control) {
  const invalid = control.getAttribute("aria-invalid") !== null;
  const about = [invalid ? "error" : "", "help"].filter(Boolean).map((kind) => `${control.id}-${kind}`);
  const there = about.filter((id) => document.getElementById(id) !== null);
  if (there.length > 0) control.setAttribute("aria-describedby", there.join(" "));
  else control.removeAttribute("aria-describedby");
}

/** @param {Control} control */
function linkTo(control) {
  const label = control.labels?.[0]?.textContent ?? control.name;
  const go = (/** @type {Event} */ event) => {
    event.preventDefault(); // the part of the address after # is the code's
    byId(control.id).focus();
  };
  return element("a", { href: `#${control.id}`, click: go }, label);
}

/** @param {HTMLElement} place */
function summaryOf(place) {
  return /** @type {HTMLElement} */ (place.querySelector(".problem"));
}

/** @param {HTMLElement} place */
function controlsOf(place) {
  return [.../** @type {NodeListOf<Control>} */ (place.querySelectorAll("input, select"))].filter(
    (control) => control.type !== "hidden",
  );
}
