// Camera and microphone of this computer: opened once, kept, and picked up again when they come back.
//
// The two are asked for together (one question to the person), then apart, so that a missing camera does not
// take the microphone with it. What is opened here is only shown and measured here; sending is the link's.
//
// Where one was chosen, it is the one that is wanted for good: known by its id, and by its name where the id is another
// one (browsers change it with the site's data, some with the socket). While it is away any other serves, and it is
// taken again as soon as it is back.
//
// Events: "change" whenever a track or a state changed.

import { findChosen, forgetful } from "./chosen_devices.js";

const CAMERA = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
// A room hears the province from loudspeakers while its microphone is open: without echo cancellation it whistles.
// Noise suppression takes the fan of the projector; gain evens out who sits near and who far. One channel: a second
// one would carry the same, and echo cancellation is for one.
const MICROPHONE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
const AGAIN_MS = 5000; // another program lets go of a camera without telling the browser
const SILENT_MS = 2000; // a device that is being switched says so for a moment, too

const NAMES = ["camera", "microphone"];
const KINDS = { camera: "videoinput", microphone: "audioinput" };

export class Devices extends EventTarget {
  #memory;
  #tracks = { camera: null, microphone: null };
  #states = { camera: "starting", microphone: "starting" };
  #reasons = { camera: "", microphone: "" };
  #silent = { camera: false, microphone: false };
  #lifeless = { camera: "", microphone: "" };
  #away = { camera: "", microphone: "" };
  #off = { camera: false, microphone: false };
  #opening = null;
  #outdated = false;
  #again = null;
  #running = false;
  #onPlugged = () => this.#open();

  /** `memory`: ChosenDevices; without it what was chosen is forgotten with the page. */
  constructor(memory = forgetful()) {
    super();
    this.#memory = memory;
  }

  /** Opens what there is; resolves when both have a state. Then watches for plugging and permissions. */
  async start() {
    if (this.#running) return;
    this.#running = true;
    navigator.mediaDevices?.addEventListener("devicechange", this.#onPlugged);
    for (const name of NAMES) this.#watchPermission(name);
    await this.#open();
  }

  stop() {
    this.#running = false;
    clearTimeout(this.#again);
    navigator.mediaDevices?.removeEventListener("devicechange", this.#onPlugged);
    for (const name of NAMES) this.#close(name);
    this.#changed();
  }

  /** The open track of "camera" or "microphone", or null. */
  track(name) {
    return this.#tracks[name];
  }

  /** starting, ok, off (by the person), missing, blocked. */
  state(name) {
    const state = this.#states[name];
    if (state !== "ok") return state;
    if (this.#silent[name]) return "blocked";
    if (this.#off[name]) return "off";
    return this.#lifeless[name] ? "blocked" : "ok";
  }

  /** Why it is blocked: denied, busy, insecure, silent (it is open, and gives nothing), frozen; or empty. */
  reason(name) {
    if (this.#states[name] !== "ok") return this.#reasons[name];
    return this.#silent[name] ? "silent" : this.#lifeless[name];
  }

  /** What whoever looks and listens found of an open one: silent, frozen, or empty where it lives. */
  setLifeless(name, how) {
    if (how === this.#lifeless[name]) return;
    this.#lifeless[name] = how;
    this.#changed();
  }

  /** The name of the chosen one where it is not there, whether another one serves or none; else empty. */
  away(name) {
    return this.#away[name];
  }

  /** {id, label} of the one that was chosen, or null for the system's choice. */
  chosen(name) {
    return this.#memory.read(name);
  }

  /** Switched off by the person in the room: the track stays open and carries silence or black. */
  switchOff(name, off) {
    this.#off[name] = off;
    if (this.#tracks[name]) this.#tracks[name].enabled = !off;
    this.#changed();
  }

  /** Takes another device, by its id; empty for the system's choice. */
  async choose(name, deviceId) {
    const found = (await this.list(name)).find(({ id }) => id === deviceId);
    this.#memory.write(name, deviceId ? { id: deviceId, label: found?.label ?? "" } : null);
    this.#close(name);
    await this.#opening; // it may still be opening the one of before
    await this.#open();
  }

  /** [{id, label}] of "camera" or "microphone"; labels are empty before the person has allowed it. */
  async list(name) {
    const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    return all.filter((device) => device.kind === KINDS[name]).map(({ deviceId, label }) => ({ id: deviceId, label }));
  }

  /** One opening at a time: "devicechange" comes in bursts. What changes meanwhile is looked at afterwards. */
  #open() {
    if (this.#opening) this.#outdated = true;
    this.#opening ??= this.#openMissing().finally(() => {
      this.#opening = null;
      if (!this.#outdated) return;
      this.#outdated = false;
      this.#open();
    });
    return this.#opening;
  }

  async #openMissing() {
    if (!this.#running) return;
    clearTimeout(this.#again);
    const wishes = await this.#wishes();
    for (const name of NAMES) if (wishes[name] && this.#holdsAnother(name, wishes[name])) this.#close(name);
    const wanted = NAMES.filter((name) => this.#tracks[name]?.readyState !== "live");
    if (wanted.length === 0) return;
    if (!navigator.mediaDevices?.getUserMedia) {
      for (const name of wanted) this.#set(name, "blocked", window.isSecureContext ? "denied" : "insecure");
      return;
    }
    if (wanted.length === 2) await this.#ask(wanted, wishes);
    for (const name of wanted) if (!this.#tracks[name]) await this.#ask([name], wishes);
    if (!this.#running) return this.stop();
    if (wanted.some((name) => this.#reasons[name] === "busy")) {
      this.#again = setTimeout(() => this.#open(), AGAIN_MS);
    }
  }

  /** The ids of the chosen ones that are there; empty: any will do. Notes which of them are away. */
  async #wishes() {
    const wishes = { camera: "", microphone: "" };
    for (const name of NAMES) {
      const chosen = this.#memory.read(name);
      const listed = chosen ? await this.list(name) : [];
      // Before anything was opened some browsers list devices without their ids: then the one of before is tried.
      const isHidden = listed.length > 0 && listed.every(({ id }) => id === "");
      const found = chosen && (isHidden ? chosen : findChosen(chosen, listed));
      wishes[name] = found?.id ?? "";
      const away = chosen && !found ? chosen.label || chosen.id.slice(0, 8) : "";
      if (away === this.#away[name]) continue;
      this.#away[name] = away;
      this.#changed();
    }
    return wishes;
  }

  #holdsAnother(name, id) {
    const track = this.#tracks[name];
    return Boolean(track) && track.getSettings().deviceId !== id;
  }

  async #ask(names, wishes) {
    try {
      const stream = await navigator.mediaDevices.getUserMedia(constraints(names, wishes));
      for (const track of stream.getTracks()) this.#take(track.kind === "video" ? "camera" : "microphone", track);
    } catch (error) {
      if (names.length > 1) return; // asked again apart, to know which of them
      if (error.name === "OverconstrainedError" && wishes[names[0]]) {
        await this.#ask(names, { ...wishes, [names[0]]: "" }); // gone since it was listed: any is better than none
        return;
      }
      const [state, reason] = stateOf(error);
      this.#set(names[0], state, reason);
    }
  }

  #take(name, track) {
    this.#close(name);
    this.#tracks[name] = track;
    track.enabled = !this.#off[name];
    // A face that speaks, and speech: the encoder's own defaults for these hints are what is wanted.
    track.contentHint = name === "camera" ? "motion" : "speech";
    track.addEventListener("ended", () => {
      if (this.#tracks[name] !== track) return;
      this.#tracks[name] = null;
      this.#set(name, "missing", "");
      this.#open();
    });
    for (const event of ["mute", "unmute"]) track.addEventListener(event, () => this.#onSilence(name, track));
    this.#set(name, "ok", "");
    this.#onSilence(name, track);
  }

  /** Open, and nothing comes: a lid before the lens, a switch on the microphone, a system that gave it to another. */
  #onSilence(name, track) {
    const look = () => {
      if (this.#tracks[name] !== track || this.#silent[name] === track.muted) return;
      this.#silent[name] = track.muted;
      this.#changed();
    };
    if (track.muted) setTimeout(look, SILENT_MS);
    else look();
  }

  #close(name) {
    const track = this.#tracks[name];
    this.#tracks[name] = null;
    this.#silent[name] = false;
    this.#lifeless[name] = "";
    track?.stop();
  }

  #set(name, state, reason) {
    this.#states[name] = state;
    this.#reasons[name] = reason;
    this.#changed();
  }

  async #watchPermission(name) {
    try {
      const permission = await navigator.permissions.query({ name });
      permission.addEventListener("change", this.#onPlugged);
    } catch {
      // Firefox knows no such permission by name; there the person reloads after allowing.
    }
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

function constraints(names, wishes) {
  const of = (name, base) => {
    if (!names.includes(name)) return false;
    return wishes[name] ? { ...base, deviceId: { exact: wishes[name] } } : base;
  };
  return { video: of("camera", CAMERA), audio: of("microphone", MICROPHONE) };
}

function stateOf(error) {
  if (error.name === "NotFoundError" || error.name === "OverconstrainedError") return ["missing", ""];
  if (error.name === "NotReadableError" || error.name === "AbortError") return ["blocked", "busy"];
  return ["blocked", "denied"];
}

/** The key of the sentence that says what to do about the devices, or "" when all is well. */
export function deviceTrouble(devices) {
  const states = NAMES.map((name) => devices.state(name));
  const reasons = NAMES.map((name) => devices.reason(name));
  for (const reason of ["insecure", "denied", "busy"]) if (reasons.includes(reason)) return `devices.${reason}`;
  if (states[0] === "missing" && states[1] === "missing") return "devices.both.missing";
  for (const [place, name] of NAMES.entries()) {
    if (states[place] === "missing") return `devices.${name}.missing`;
    if (["silent", "frozen"].includes(reasons[place])) return `devices.${name}.${reasons[place]}`;
  }
  return "";
}
