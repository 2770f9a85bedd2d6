// Which camera and which microphone: two lists, shown only where there is something to choose.

import { element, setAttribute, setHidden } from "../web/live/elements.js";
import { say } from "../web/live/words.js";

export class DeviceChoice {
  #devices = null;
  #lists = new Map();
  #refill = () => this.#fill();

  constructor() {
    for (const name of ["camera", "microphone"]) {
      const list = element("select", {
        "aria-label": say(`devices.${name}.choose`), title: say(`devices.${name}.choose`), "data-testid": `choose-${name}`,
        on: { change: (event) => this.#devices?.choose(name, event.currentTarget.value) },
      });
      this.#lists.set(name, list);
    }
    this.root = element("span", { class: "device-choice", hidden: true }, ...this.#lists.values());
  }

  /** Offers what `devices` lists now and whenever something is plugged in. */
  async offer(devices) {
    this.#devices = devices;
    navigator.mediaDevices?.addEventListener("devicechange", this.#refill);
    await this.#fill();
  }

  withdraw() {
    this.#devices = null;
    navigator.mediaDevices?.removeEventListener("devicechange", this.#refill);
    setHidden(this.root, true);
  }

  async #fill() {
    let some = false;
    for (const [name, list] of this.#lists) {
      const found = (await this.#devices?.list(name)) ?? [];
      const real = found.filter(({ id }) => id && id !== "default" && id !== "communications");
      const chosen = list.value;
      list.replaceChildren(
        element("option", { value: "", text: say(`devices.${name}.default`) }),
        ...real.map(({ id, label }, n) => element("option", { value: id, text: label || say(`devices.unnamed.${name}`, { n: n + 1 }) })),
      );
      if (real.some(({ id }) => id === chosen)) list.value = chosen;
      setAttribute(list, "hidden", real.length < 2);
      some ||= real.length > 1;
    }
    setHidden(this.root, !some || !this.#devices);
  }
}
