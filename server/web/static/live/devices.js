// Camera and microphone of this computer: opened once, kept, and picked up again when they come back.
//
// The two are asked for together (one question to the person), then apart, so that a missing camera does not
// take the microphone with it. What is opened here is only shown and measured here; sending is the link's.
//
// Events: "change" whenever a track or a state changed.

const CAMERA = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
const MICROPHONE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
const AGAIN_MS = 5000; // another program lets go of a camera without telling the browser

const KINDS = { camera: "videoinput", microphone: "audioinput" };

export class Devices extends EventTarget {
  #tracks = { camera: null, microphone: null };
  #states = { camera: "starting", microphone: "starting" };
  #reasons = { camera: "", microphone: "" };
  #chosen = { camera: "", microphone: "" };
  #off = { camera: false, microphone: false };
  #opening = null;
  #again = null;
  #running = false;
  #onPlugged = () => this.#open();

  /** Opens what there is; resolves when both have a state. Then watches for plugging and permissions. */
  async start() {
    if (this.#running) return;
    this.#running = true;
    navigator.mediaDevices?.addEventListener("devicechange", this.#onPlugged);
    for (const name of ["camera", "microphone"]) this.#watchPermission(name);
    await this.#open();
  }

  stop() {
    this.#running = false;
    clearTimeout(this.#again);
    navigator.mediaDevices?.removeEventListener("devicechange", this.#onPlugged);
    for (const name of ["camera", "microphone"]) this.#close(name);
    this.#changed();
  }

  /** The open track of "camera" or "microphone", or null. */
  track(name) {
    return this.#tracks[name];
  }

  /** starting, ok, off (by the person), missing, blocked. */
  state(name) {
    return this.#off[name] && this.#states[name] === "ok" ? "off" : this.#states[name];
  }

  /** Why it is blocked: denied, busy, insecure; or empty. */
  reason(name) {
    return this.#reasons[name];
  }

  /** Switched off by the person in the room: the track stays open and carries silence or black. */
  switchOff(name, off) {
    this.#off[name] = off;
    if (this.#tracks[name]) this.#tracks[name].enabled = !off;
    this.#changed();
  }

  /** Takes another device, by its id; empty for the system's choice. */
  async choose(name, deviceId) {
    this.#chosen[name] = deviceId;
    this.#close(name);
    await this.#open();
  }

  /** [{id, label}] of "camera" or "microphone"; labels are empty before the person has allowed it. */
  async list(name) {
    const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    return all.filter((device) => device.kind === KINDS[name]).map(({ deviceId, label }) => ({ id: deviceId, label }));
  }

  #open() {
    // One opening at a time: "devicechange" comes in bursts.
    this.#opening ??= this.#openMissing().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  async #openMissing() {
    if (!this.#running) return;
    clearTimeout(this.#again);
    const wanted = ["camera", "microphone"].filter((name) => this.#tracks[name]?.readyState !== "live");
    if (wanted.length === 0) return;
    if (!navigator.mediaDevices?.getUserMedia) {
      for (const name of wanted) this.#set(name, "blocked", window.isSecureContext ? "denied" : "insecure");
      return;
    }
    if (wanted.length === 2) await this.#ask(wanted);
    for (const name of wanted) if (!this.#tracks[name]) await this.#ask([name]);
    if (!this.#running) return this.stop();
    if (wanted.some((name) => this.#reasons[name] === "busy")) {
      this.#again = setTimeout(() => this.#open(), AGAIN_MS);
    }
  }

  async #ask(names) {
    try {
      const stream = await navigator.mediaDevices.getUserMedia(this.#constraints(names));
      for (const track of stream.getTracks()) this.#take(track.kind === "video" ? "camera" : "microphone", track);
    } catch (error) {
      if (names.length > 1) return; // asked again apart, to know which of them
      if (error.name === "OverconstrainedError" && this.#chosen[names[0]]) {
        this.#chosen[names[0]] = ""; // the chosen one is gone: any is better than none
        await this.#ask(names);
        return;
      }
      const [state, reason] = stateOf(error);
      this.#set(names[0], state, reason);
    }
  }

  #constraints(names) {
    const of = (name, base) => {
      if (!names.includes(name)) return false;
      return this.#chosen[name] ? { ...base, deviceId: { exact: this.#chosen[name] } } : base;
    };
    return { video: of("camera", CAMERA), audio: of("microphone", MICROPHONE) };
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
    this.#set(name, "ok", "");
  }

  #close(name) {
    const track = this.#tracks[name];
    this.#tracks[name] = null;
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

function stateOf(error) {
  if (error.name === "NotFoundError" || error.name === "OverconstrainedError") return ["missing", ""];
  if (error.name === "NotReadableError" || error.name === "AbortError") return ["blocked", "busy"];
  return ["blocked", "denied"];
}

/** The key of the sentence that says what to do about the devices, or "" when all is well. */
export function deviceTrouble(devices) {
  const states = ["camera", "microphone"].map((name) => devices.state(name));
  const reasons = ["camera", "microphone"].map((name) => devices.reason(name));
  for (const reason of ["insecure", "denied", "busy"]) if (reasons.includes(reason)) return `devices.${reason}`;
  if (states[0] === "missing" && states[1] === "missing") return "devices.both.missing";
  if (states[0] === "missing") return "devices.camera.missing";
  if (states[1] === "missing") return "devices.microphone.missing";
  return "";
}
