// Building and changing the page without touching what has not changed: with 191 rooms on the wall and a
// state every second, only differences may reach the layout.

import { icon } from "./icons.js";

/** The one element with this data-part; a page that lacks it is broken, so say which. */
export function part(name, root = document) {
  const found = root.querySelector(`[data-part="${name}"]`);
  if (!found) throw new Error(`the page has no part "${name}"`);
  return found;
}

/** A new element: attributes by name, `text`, `icon`, `on` for listeners; children appended in order. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "text") made.textContent = value;
    else if (name === "icon") made.append(icon(value));
    else if (name === "on") for (const [event, heard] of Object.entries(value)) made.addEventListener(event, heard);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== undefined && child !== null));
  return made;
}

export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/** Sets the attribute, or removes it for null, undefined and false. */
export function setAttribute(target, name, value) {
  if (value === null || value === undefined || value === false) {
    if (target.hasAttribute(name)) target.removeAttribute(name);
    return;
  }
  const wanted = value === true ? "" : String(value);
  if (target.getAttribute(name) !== wanted) target.setAttribute(name, wanted);
}

export function setHidden(target, hidden) {
  if (target.hidden !== hidden) target.hidden = hidden;
}

/** Shows the icon `name` at the place of the element's present icon. */
export function setIcon(target, name) {
  if (target.dataset.icon === name) return;
  target.dataset.icon = name;
  const present = target.querySelector(":scope > svg.icon");
  if (present) present.replaceWith(icon(name));
  else target.prepend(icon(name));
}

/**
 * Makes the children of `parent` the elements of `entries`, in order, keyed: `make(entry)` once for a new key,
 * `change(child, entry)` every time. Elements stay the same objects, so focus and scroll survive.
 */
export function keyedChildren(parent, entries, keyOf, make, change) {
  const present = new Map();
  for (const child of parent.children) present.set(child.dataset.key, child);
  let place = parent.firstElementChild;
  for (const entry of entries) {
    const key = String(keyOf(entry));
    let child = present.get(key);
    if (child) present.delete(key);
    else {
      child = make(entry);
      child.dataset.key = key;
    }
    change(child, entry);
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
  }
  for (const gone of present.values()) gone.remove();
}
