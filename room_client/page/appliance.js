// This page as the screen of a room whose camera and microphone something else sends: it opens no device; it sees,
// hears, and acts for the room, as always. `tiepdan room --screen` says here how they fare: it puts `tiepdanAppliance`
// into the page before anything of it runs, and calls `tiepdanTold` and `tiepdanHeard` afterwards. Beside a WHIP
// encoder, of which nobody knows more than the server, it is opened as /room?screen; so is a hall's second screen.

const ASKED_MS = 10_000; // of what was asked before this page was loaded nothing is said

const NAMES = new Set(["camera", "microphone"]);

export const isAppliance = () => "tiepdanAppliance" in globalThis || isBesideEncoder();
const isBesideEncoder = () => new URLSearchParams(location.search).has("screen");

/** In the place of `Devices`: what the program says of them. */
export class ToldDevices extends EventTarget {
  #told = { camera: "starting", microphone: "starting", sentence: "" };
  isElsewhere = true;
  isUnknown = !("tiepdanAppliance" in globalThis);
  level = null; // how loud the microphone is, 0 to 1; null where nobody measures it

  constructor() {
    super();
    globalThis.tiepdanTold = (told) => this.#take(told);
    globalThis.tiepdanHeard = (level) => this.#hear(level);
    this.#take(globalThis.tiepdanAppliance ?? { camera: "ok", microphone: "ok" });
  }

  start() {}
  stop() {}
  switchOff() {}

  track() {
    return null;
  }

  /** starting, ok, off, missing, blocked: as the server is told. */
  state(name) {
    return NAMES.has(name) ? this.#told[name] : "off";
  }

  reason() {
    return "";
  }

  away() {
    return "";
  }

  chosen() {
    return null;
  }

  async list() {
    return [];
  }

  /** What is wrong with a camera or microphone, in the program's own words; "" when all is well. */
  get sentence() {
    return this.#told.sentence;
  }

  /** Event "level", and "change" where it begins or ends to be known. */
  #hear(level) {
    const before = this.level;
    this.level = level;
    this.dispatchEvent(new Event("level"));
    if ((before === null) !== (level === null)) this.dispatchEvent(new Event("change"));
  }

  /** Event "asked", with the act: what the province's technician asks of the program is said here, too. */
  #take(told) {
    const before = this.#told.asked?.at_ms;
    this.#told = { ...this.#told, ...told };
    this.dispatchEvent(new Event("change"));
    const { asked } = this.#told;
    if (!asked || asked.at_ms === before || Date.now() - asked.at_ms > ASKED_MS) return; // the same computer's clock
    this.dispatchEvent(new CustomEvent("asked", { detail: asked.act }));
  }
}
