// Which camera, microphone and loudspeaker this room has: three lists at the side of whatever is shown. A remote
// control has arrows, OK and Back, and no mouse; so every choice is a button, and the arrows go through all of them.

import { element, part, setHidden } from "../web/live/elements.js";
import { say } from "../web/live/words.js";

const STEPS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
export const BACK = new Set(["Escape", "GoBack", "BrowserBack", "Backspace"]);
const ALIASES = new Set(["", "default", "communications"]); // other names of one that is listed anyway
const NOWHERE = new Set(["key", "enrolling", "replaced", "cannot", "connecting"]);

export class DevicePanel {
  #devices;
  #speaker;
  #changed;
  #opened;
  #shown = false;

  /** `changed()`: draw everything again; `opened()`: the devices are to be switched on, if they are not. */
  constructor({ devices, speaker, changed, opened }) {
    this.#devices = devices;
    this.#speaker = speaker;
    this.#changed = changed;
    this.#opened = opened;
    part("devices-sign").addEventListener("click", () => this.toggle());
    part("devices-done").addEventListener("click", () => this.toggle());
    for (const source of [devices, speaker]) source.addEventListener("change", () => this.#fill());
    navigator.mediaDevices?.addEventListener("devicechange", () => this.#fill());
  }

  get isShown() {
    return this.#shown;
  }

  async toggle() {
    this.#shown = !this.#shown && !NOWHERE.has(document.body.dataset.view);
    if (this.#shown) this.#opened();
    this.#changed();
    await this.#fill();
    if (this.#shown) this.#buttons.find((button) => button.getAttribute("aria-pressed") === "true")?.focus();
    else document.activeElement?.blur(); // Enter is the hand again
  }

  /** True if the key was for the panel. */
  takesKey(event) {
    if (BACK.has(event.key)) this.toggle();
    else if (event.key in STEPS) this.#step(STEPS[event.key]);
    else return false;
    return true;
  }

  draw(view) {
    if (NOWHERE.has(view)) this.#shown = false;
    setHidden(part("devices"), !this.#shown);
    setHidden(part("devices-sign"), NOWHERE.has(view));
  }

  get #buttons() {
    return [...part("devices").querySelectorAll("button")];
  }

  #step(by) {
    const buttons = this.#buttons;
    const place = buttons.indexOf(document.activeElement);
    buttons[(place + by + buttons.length) % buttons.length].focus();
  }

  async #fill() {
    if (!this.#shown) return;
    const groups = [];
    for (const name of this.#devices.isElsewhere ? [] : ["camera", "microphone"]) {
      const choose = (id) => this.#devices.choose(name, id);
      groups.push(group(name, await this.#devices.list(name), this.#devices.chosen(name), choose));
    }
    if (this.#speaker.canChoose) {
      groups.push(group("speaker", await this.#speaker.list(), this.#speaker.chosen(), (id) => this.#speaker.choose(id)));
    }
    const lists = part("devices-lists");
    const now = JSON.stringify(groups.map(({ entries }) => entries));
    if (lists.dataset.shown === now) return;
    lists.dataset.shown = now;
    const focused = document.activeElement?.dataset.choice;
    lists.replaceChildren(...groups.map(elementOf));
    if (focused) lists.querySelector(`[data-choice="${CSS.escape(focused)}"]`)?.focus();
  }
}

/** One list: the system's choice, what is there, and the chosen one even where it is not. */
function group(name, found, chosen, choose) {
  const real = found.filter(({ id }) => !ALIASES.has(id));
  const entries = [
    { id: "", text: say(`devices.${name}.default`), pressed: chosen === null },
    ...real.map(({ id, label }, n) => ({
      id, text: label || say(`devices.unnamed.${name}`, { n: n + 1 }), pressed: isChosen(chosen, { id, label }, real),
    })),
  ];
  if (chosen && !entries.some(({ pressed }) => pressed)) {
    entries.push({ id: chosen.id, text: say("devices.not_there", { name: chosen.label }), pressed: true });
  }
  return { name, entries, choose };
}

const isChosen = (chosen, { id, label }, all) =>
  chosen !== null && (chosen.id === id || (chosen.label === label && label !== "" && all.every((one) => one.id !== chosen.id)));

function elementOf({ name, entries, choose }) {
  return element(
    "section", { "aria-label": say(`devices.${name}`) },
    element("h3", { text: say(`devices.${name}`) }),
    ...entries.map(({ id, text, pressed }) =>
      element("button", {
        type: "button", text, "aria-pressed": String(pressed), "data-choice": `${name} ${id}`, "data-testid": `choose-${name}`,
        on: { click: () => choose(id) },
      }),
    ),
  );
}
