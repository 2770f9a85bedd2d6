// One stop of the Tab key for many tiles: Tab comes to the tile that was last used and leaves from it, the arrow
// keys go from tile to tile as the eye sees them, Home and End to the first and the last.

import { setAttribute } from "../web/live/elements.js";

const SAME_ROW_PX = 4;

export class RovingFocus {
  #lists;
  #key = ""; // data-key of the tile that has the stop

  /** `lists`: elements whose children are the tiles, keyed (see elements.js), each with one button or none. */
  constructor(lists) {
    this.#lists = lists;
    for (const list of lists) {
      list.addEventListener("focusin", (event) => this.#take(event.target.closest("button")));
      list.addEventListener("keydown", (event) => this.#onKey(event));
    }
  }

  isInside() {
    return this.#lists.some((list) => list.contains(document.activeElement));
  }

  /** After the tiles were drawn anew. `focused`: the focus was on a tile before; a tile that moved has lost it. */
  settle(focused) {
    const buttons = this.#buttons();
    const present = buttons.find((button) => keyOf(button) === this.#key) ?? buttons[0];
    for (const button of buttons) setAttribute(button, "tabindex", button === present ? "0" : "-1");
    if (focused && present && !this.isInside()) present.focus({ preventScroll: true });
  }

  #buttons() {
    return this.#lists.flatMap((list) => [...list.querySelectorAll(":scope > li > button")]);
  }

  #take(button) {
    if (!button) return;
    this.#key = keyOf(button);
    this.settle(false);
  }

  #onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const buttons = this.#buttons();
    const here = buttons.indexOf(event.target.closest("button"));
    if (here < 0) return;
    const steps = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: buttons.length - 1 };
    let next;
    if (event.key in steps) next = buttons[steps[event.key]];
    else if (event.key === "ArrowDown") next = across(buttons, here, 1);
    else if (event.key === "ArrowUp") next = across(buttons, here, -1);
    else return;
    event.preventDefault(); // arrows would scroll the page
    next?.focus();
  }
}

const keyOf = (button) => button.parentElement.dataset.key;

/** The button nearest in the next row down (1) or up (-1); undefined where there is no such row. */
function across(buttons, here, direction) {
  const { top, left } = buttons[here].getBoundingClientRect();
  let nearest;
  let row = null;
  for (let place = here + direction; place >= 0 && place < buttons.length; place += direction) {
    const box = buttons[place].getBoundingClientRect();
    if (Math.abs(box.top - top) <= SAME_ROW_PX) continue;
    row ??= box.top;
    if (Math.abs(box.top - row) > SAME_ROW_PX) break;
    const distance = Math.abs(box.left - left);
    if (!nearest || distance < nearest.distance) nearest = { button: buttons[place], distance };
  }
  return nearest?.button;
}
