// Making and finding elements. Texts become text, never HTML: a firm may be called <script>.

/** @typedef {Node | string | undefined} Child */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | ((event: Event) => unknown)>} [attributes] a function is what a click does
 * @param {...Child} children
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "string") made.setAttribute(name, value);
    else made.addEventListener(name, value);
  }
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/**
 * @template {HTMLElement} [Kind=HTMLElement]
 * @param {string} id
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`There is no element ${id}.`);
  return /** @type {Kind} */ (found);
}

/** Show these sections and no others. @param {...string} ids */
export function show(...ids) {
  for (const section of document.querySelectorAll("main > section")) {
    section.toggleAttribute("hidden", !ids.includes(section.id));
  }
}

/** Put the focus on a section's heading: a screen reader goes on from there. @param {string} id */
export function focusOn(id) {
  byId(id).querySelector("h2")?.focus();
}
