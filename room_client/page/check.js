// The check of the room: its own picture, and one button that looks, listens, is heard and measures the line, says in
// words what to do where something is wrong, and tells the province. What a room does by itself it says, too, before
// the light of the camera goes on.

import { serverNow } from "../web/live/clock.js";
import { element, part, setHidden, setText } from "../web/live/elements.js";
import { say } from "../web/live/words.js";
import { lookAtComputer } from "./preflight/computer.js";
import { dueCheck } from "./preflight/due.js";
import { measureLine } from "./preflight/line.js";
import { runPreflight } from "./preflight/run.js";

const GOOD = { picture: "moving", sound: "good", speaker: "heard" };
const OPEN = new Set(["untried", "unknown", "unmeasured"]); // nothing was found out: neither good nor bad
const ICONS = { good: "circle-check", needs: "triangle-alert", absent: "circle-dashed" };
const SHOWN_ANYWAY = new Set(["picture", "sound", "speaker", "line"]); // the others only where something is wrong
const READY_MS = 15_000; // of a camera that is switched on by the computer
const LOOK_MS = 200;
const [TELL_MS, TELL_PAUSE_MS, TELL_TRIES] = [10_000, 3000, 6];
const DONE = "tiepdan.room.checked";
const ALOUD = "tiepdan.room.checks_aloud";

export class RoomCheck {
  #devices;
  #request;
  #switchOn;
  #switchOff;
  #servers;
  #checks = [];
  #isOpen = false; // a reception
  #running = "";
  #alone = false; // nobody asked for it, and nobody is told to be watched

  /**
   * `devices`: the room's Devices; `request(event, body, within_ms)`: the acknowledgement of the server; `switchOn()`,
   * `switchOff()`: camera and microphone, for a check that nobody asked for; `servers()`: TURN servers.
   */
  constructor({ devices, request, switchOn, switchOff, servers }) {
    this.#servers = servers;
    this.#devices = devices;
    this.#request = request;
    this.#switchOn = switchOn;
    this.#switchOff = switchOff;
    const button = part("check-room");
    setText(button, say("preflight.start"));
    button.addEventListener("click", () => this.look());
    part("check-aloud").addEventListener("click", () => {
      localStorage.setItem(ALOUD, mayBeLoud() ? "" : "yes");
      this.#draw();
    });
    this.#draw();
  }

  get isRunning() {
    return this.#running !== "";
  }

  /** Whether it is checking by itself: then the screen says that nobody watches. */
  get isAlone() {
    return this.#alone;
  }

  /** As if somebody had pressed the button. Returns the sentences that then stand on the screen. */
  async look() {
    await this.#run("officer", true);
    return [...part("check-results").children].map((line) => line.textContent.trim());
  }

  /** When to check without being asked: PlannedChecks. */
  take(checks) {
    this.#checks = checks;
  }

  /** Looks whether a check is due. `busy`: somebody has the page under his hands. Called every second. */
  tick({ stage, busy }) {
    if (this.#running || busy) return;
    const due = dueCheck({ checks: this.#checks, stage, done_ms: Number(localStorage.getItem(DONE) ?? 0) }, serverNow());
    if (due) this.#runByItself(due);
  }

  /** While a reception is open no line is measured, and nothing begins by itself. */
  setOpen(isOpen) {
    if (isOpen) this.stop();
    this.#isOpen = isOpen;
  }

  /** A reception was opened, or somebody switched the devices off: what is found from now on says nothing. */
  stop() {
    if (this.#running && this.#running !== "officer") this.#running = "stopped";
  }

  async #runByItself({ reason, at }) {
    localStorage.setItem(DONE, String(Math.max(Date.parse(at), serverNow())));
    this.#alone = true;
    this.#switchOn();
    try {
      await this.#run(reason, mayBeLoud());
    } finally {
      this.#alone = false;
      this.#switchOff();
    }
  }

  async #run(reason, aloud) {
    if (this.#running) return;
    this.#running = reason;
    this.#draw();
    try {
      await this.#devicesAreThere();
      const microphone = this.#devices.track("microphone")?.getSettings().deviceId;
      const found = await runPreflight({ video: part("check-picture"), microphone, aloud });
      found.push(...lookAtComputer());
      this.#show(found, new Map(), say("preflight.measuring")); // quiet is needed no more, and nobody waits for the rest
      found.push(...(await this.#lookAtLine(reason)));
      if (this.#running === reason) await this.#tell(reason, found);
    } finally {
      this.#running = "";
      this.#draw();
    }
  }

  async #lookAtLine(reason) {
    if (this.#isOpen) return [{ what: "line", outcome: "unmeasured" }];
    const goesOn = () => this.#running === reason && !this.#isOpen;
    return measureLine({ request: this.#request, servers: this.#servers(), goesOn }).catch((error) => {
      if (error instanceof TypeError) reportError(error); // a fault of ours; else a connection that went
      return [];
    });
  }

  async #devicesAreThere() {
    const isStarting = (name) => this.#devices.state(name) === "starting";
    for (let waited = 0; waited < READY_MS && (isStarting("camera") || isStarting("microphone")); waited += LOOK_MS) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** To the province, and on the screen: also where the province does not answer. */
  async #tell(reason, findings) {
    const answer = await this.#tellPatiently({ reason, findings });
    const tones = new Map(answer?.findings?.map(({ what, tone }) => [what, tone]));
    const lines = this.#show(findings, tones, say(answer ? "preflight.told" : "preflight.untold"));
    part("voice").textContent = [...lines, part("check-told").textContent].join(" ");
  }

  /** The measuring itself may have cost the connection. Null: nobody answered, or the server said no. */
  async #tellPatiently(said) {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#request("checked", said, TELL_MS);
      } catch (error) {
        if (error?.refusal || tries === TELL_TRIES) return null;
        await new Promise((resolve) => setTimeout(resolve, TELL_PAUSE_MS));
      }
    }
  }

  /** `tones`: as the province judged. Returns the sentences. */
  #show(findings, tones, and_then) {
    const lines = findings.map((found) => lineOf(found, tones.get(found.what) ?? toneOf(found))).filter(Boolean);
    const results = part("check-results");
    results.replaceChildren(...lines);
    setHidden(results, false);
    setText(part("check-told"), and_then);
    return lines.map((line) => line.textContent);
  }

  #draw() {
    const button = part("check-room");
    const shown = !part("check-results").hidden;
    if (this.#running) button.setAttribute("aria-busy", "true");
    else button.removeAttribute("aria-busy");
    setText(button, say(this.#running ? "preflight.running" : shown ? "preflight.again" : "preflight.start"));
    const byItself = this.#running !== "" && this.#running !== "officer" && this.#running !== "stopped";
    const sentence = part("self-check");
    setHidden(sentence, !byItself);
    setText(sentence, byItself ? say(`preflight.self.${this.#running}`) + " " + say(mayBeLoud() ? "preflight.self.aloud" : "preflight.self.quiet") : "");
    const loud = part("check-aloud");
    setText(loud, say(mayBeLoud() ? "preflight.aloud.yes" : "preflight.aloud.no"));
    loud.setAttribute("aria-pressed", String(mayBeLoud()));
  }
}

const mayBeLoud = () => localStorage.getItem(ALOUD) === "yes";

/** Where the province did not say it. */
const toneOf = ({ what, outcome }) => (!(what in GOOD) || outcome === GOOD[what] || outcome === "untried" ? "good" : "needs");

function lineOf({ what, outcome, figures = {} }, tone) {
  if (tone === "good" && !SHOWN_ANYWAY.has(what)) return null;
  const shown = OPEN.has(outcome) ? "absent" : tone === "good" ? "good" : "needs";
  return element(
    "li", { class: "sign", "data-tone": shown, "data-check": what, "data-verdict": outcome, icon: ICONS[shown] },
    element("span", { text: say(wordsOf(what, outcome, tone), rounded(figures)) }),
  );
}

/** A line is measured; whether that is good the province says. */
const wordsOf = (what, outcome, tone) => (what === "line" && outcome === "measured" && tone !== "good" ? "preflight.line.weak" : `preflight.${what}.${outcome}`);

const rounded = (figures) => Object.fromEntries(Object.entries({ loss_down_percent: "–", loss_up_percent: "–", rtt_ms: "–", down_kbps: "–", up_kbps: "–", ...figures }).map(([name, value]) => [name, Number.isFinite(value) ? Math.round(value) : value]));

/** `camera`: a track, or null. */
export function showCheckPicture(camera) {
  const picture = part("check-picture");
  if (picture.srcObject?.getTracks()[0] === camera) return;
  picture.muted = true;
  picture.srcObject = camera ? new MediaStream([camera]) : null;
  if (camera) picture.play().catch(() => undefined);
}
