// Remote help: what the province's technician asks of this screen (PROTOCOL.md, `help`). Whatever it is, the screen says
// that the province asked for it, before anything happens; what could disturb an item waits for nobody's patience: it
// is answered with "not now".

import { element, part, setHidden, setIcon, setText } from "../web/live/elements.js";
import { say } from "../web/live/words.js";

const TOLD_MS = 6000; // read before it happens, and for a while after
const MOST_DEVICES = 40;
const MOST_SAID = 1000; // signs, as in Helped
const OF_DEVICES = new Set(["devices", "choose", "check"]);
const KINDS = ["camera", "microphone"];

export class Help {
  #known;
  #hides = null;

  /** `known`: {devices: Devices, answer(body), isDisturbable(), check(): runs the check of this screen, and gives its sentences}. */
  constructor(known) {
    this.#known = known;
    part("help-close").addEventListener("click", () => this.close());
  }

  get isOpen() {
    return !part("help").hidden;
  }

  close() {
    clearTimeout(this.#hides);
    setHidden(part("help"), true);
  }

  /** Says on the screen that the province asks for this act, which something else in the room does. */
  show(act) {
    this.#tell(say(`help.${act}`), "");
  }

  /** Takes a Help message. */
  async take({ number, act, text, kind, device }) {
    if (act !== "message" && act !== "devices" && !this.#known.isDisturbable()) {
      return this.#known.answer({ number, outcome: "not_now" });
    }
    this.#tell(say(`help.${act}`), act === "message" ? text : "");
    let answer = { outcome: "done" };
    try {
      if (this.#known.devices.isElsewhere && OF_DEVICES.has(act)) answer = { outcome: "failed", said: say("help.elsewhere") };
      else if (act === "devices") answer.devices = await this.#devices();
      else if (act === "choose") answer = await this.#choose(kind, device);
      else if (act === "check") answer.said = (await this.#known.check()).join(" ").slice(0, MOST_SAID);
    } catch {
      answer = { outcome: "failed" };
    }
    this.#known.answer({ number, ...answer });
    if (act === "reload") setTimeout(() => location.reload(), TOLD_MS / 2);
  }

  /** A message stays until somebody puts it away; that something was asked goes by itself. */
  #tell(title, text) {
    clearTimeout(this.#hides);
    setIcon(part("help-title"), "headphones");
    setText(part("help-title").querySelector("span"), title);
    setText(part("help-text"), text);
    setHidden(part("help-text"), text === "");
    setText(part("help-close"), say("help.close"));
    setHidden(part("help"), false);
    part("voice").textContent = [title, text].filter(Boolean).join(" ");
    if (!text) this.#hides = setTimeout(() => this.close(), TOLD_MS);
  }

  async #devices() {
    const found = [];
    for (const kind of KINDS) {
      const used = this.#known.devices.track(kind)?.getSettings().deviceId;
      for (const [place, { id, label }] of (await this.#known.devices.list(kind)).entries()) {
        const words = label || say(`devices.unnamed.${kind}`, { n: place + 1 });
        found.push({ kind, device: id.slice(0, 200), label: words.slice(0, 200), used: id === used });
      }
    }
    return found.slice(0, MOST_DEVICES);
  }

  async #choose(kind, device) {
    if (!(await this.#known.devices.list(kind)).some(({ id }) => id === device)) return { outcome: "failed" };
    await this.#known.devices.choose(kind, device);
    return { outcome: "done", devices: await this.#devices() };
  }
}

/** The card of the help, to be put into the page once. */
export function helpCard() {
  return element(
    "section", { class: "help-card", "data-part": "help", "data-testid": "help", role: "status", hidden: true },
    element("h2", { class: "sign", "data-part": "help-title" }, element("span")),
    element("p", { "data-part": "help-text", "data-testid": "help-text", hidden: true }),
    element("button", { type: "button", "data-part": "help-close", "data-testid": "help-close" }),
  );
}
