// The application's form. Its fields bear the names that the contract gives them (`contact.email`), so that a form
// becomes a body, and an error finds its field, without a list of either. What is right, the service alone decides.

import { byId, element } from "./elements.js";
import { fill, language, texts, writeIn } from "./language.js";
import { here, zones } from "./zones.js";

/** @import { Application } from "./programme.js" */
/** @import { Control } from "./problems.js" */

const COUNTRIES =
  "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA " +
  "CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA " +
  "GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP " +
  "KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS " +
  "MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS " +
  "RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW " +
  "TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

const WRITTEN = ["en", "ja", "ru", "uk"]; // the languages that mails are written in

const form = /** @type {HTMLFormElement} */ (byId("application"));
const rows = byId("skill-rows");

/** Fill the lists that are chosen from, in the language of the page; what was chosen stays. */
export function fillLists() {
  const countries = new Intl.DisplayNames(language, { type: "region" });
  const named = COUNTRIES.split(" ").map((code) => pair(code, countries.of(code)));
  offer("country", named.sort(([, one], [, other]) => one.localeCompare(other, language)));
  for (const id of ["time_zone", "change-time_zone"]) {
    offer(id, zones().map((zone) => pair(zone)), here());
  }
  for (const id of ["language", "change-language"]) {
    offer(id, WRITTEN.map((code) => pair(code, ownName(code))), language);
  }
  for (const list of form.querySelectorAll("select[data-options]")) {
    const options = /** @type {"education" | "level" | "channel" | "age"} */ (list.getAttribute("data-options"));
    offer(list.id, Object.entries(texts[options]));
  }
}

/** A value and how it is shown. @param {string} value @returns {[string, string]} */
function pair(value, shown = value) {
  return [value, shown];
}

/**
 * @param {string} id of the list
 * @param {[string, string][]} options
 * @param {string} [usual] what is chosen first
 */
function offer(id, options, usual = "") {
  const list = /** @type {HTMLSelectElement} */ (byId(id));
  const chosen = list.options.length > 0 ? list.value : usual;
  const shown = [["", texts.form.choose], ...options];
  list.replaceChildren(...shown.map(([value = "", text]) => element("option", { value }, text)));
  choose(id, chosen);
}

/**
 * Choose from a list, also what it does not have: a time zone goes by several names.
 *
 * @param {string} id
 * @param {string} value
 */
export function choose(id, value) {
  const list = /** @type {HTMLSelectElement} */ (byId(id));
  list.value = value;
  if (list.value !== value) {
    list.append(element("option", { value }, value));
    list.value = value;
  }
}

/** @param {string} code */
function ownName(code) {
  return new Intl.DisplayNames(code, { type: "language" }).of(code);
}

/** Make the first row of skills, and the button that makes more. */
export function prepareSkills() {
  addSkill();
  byId("add-skill").addEventListener("click", () => addSkill().querySelector("input")?.focus());
}

function addSkill() {
  const template = /** @type {HTMLTemplateElement} */ (byId("skill"));
  const row = /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
  row.querySelector("button")?.addEventListener("click", () => {
    row.remove();
    numberSkills();
    byId("add-skill").focus();
  });
  rows.append(row);
  numberSkills();
  return row;
}

/** Give the fields of every row the names that the contract has for them, by their place, and their texts. */
export function numberSkills() {
  for (const [index, row] of [...rows.children].entries()) {
    for (const field of row.querySelectorAll(".field")) {
      const input = /** @type {HTMLInputElement} */ (field.querySelector("input"));
      input.id = input.name = `profile.skills.${index}.${input.dataset.name}`;
      field.querySelector("label")?.setAttribute("for", input.id);
    }
    row.setAttribute("aria-label", fill(texts.form.skill, { number: index + 1 }));
    writeIn(row, { number: index + 1 });
  }
}

/** Remove the rows of skills that nothing was written in, so that the others' places are those of the body. */
function dropEmptySkills() {
  for (const row of [...rows.children]) {
    if ([...row.querySelectorAll("input")].every((input) => input.value === "")) row.remove();
  }
  numberSkills();
}

/** The application that was filled in; whether it is one, the service says. @returns {Application} */
export function application() {
  dropEmptySkills();
  const body = filled(form);
  if (rows.children.length === 0) addSkill();
  return /** @type {any} */ (body);
}

/** @typedef {{ [name: string]: any }} Parts */

/** What was filled in, under the names of the fields. @param {HTMLFormElement} form */
export function filled(form) {
  /** @type {Parts} */
  const body = {};
  for (const control of /** @type {Iterable<Control>} */ (form.elements)) {
    if (control.name) put(body, control.name.split("."), valueOf(control));
  }
  return body;
}

/**
 * @param {Parts} parts
 * @param {string[]} path
 * @param {unknown} value
 */
function put(parts, [name = "", ...rest], value) {
  if (rest.length > 0) put((parts[name] ??= /^\d+$/.test(rest[0] ?? "") ? [] : {}), rest, value);
  else if (value !== undefined) parts[name] = value;
}

/** What a field says; undefined where nothing was written. @param {Control} control */
function valueOf(control) {
  if (control instanceof HTMLInputElement && control.type === "checkbox") {
    if (!control.hasAttribute("value")) return control.checked;
    return control.checked ? control.value : undefined;
  }
  if (control instanceof HTMLInputElement && control.type === "number") {
    return Number.isNaN(control.valueAsNumber) ? undefined : control.valueAsNumber;
  }
  return control.value === "" ? undefined : control.value;
}
