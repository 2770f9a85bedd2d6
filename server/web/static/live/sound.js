// The sound of the stage. Pictures are separate, muted elements, so a browser that blocks sound before the first
// gesture never blocks the picture with it. Kiosks start with --autoplay-policy=no-user-gesture-required and
// never see the question.
//
// Event: "change" when being blocked or being off changed.

import { audioContext } from "./level.js";

const INTERPRETATION = "audio interpreter";
const SLOTS = ["audio desk", "audio floor", INTERPRETATION];

export class StageSound extends EventTarget {
  #players = new Map();
  #blocked = false;
  #wasBlocked = false;
  #off = false;
  #gesture = () => this.#unblock();

  constructor() {
    super();
    for (const slot of SLOTS) {
      const player = new Audio();
      player.autoplay = true;
      this.#players.set(slot, player);
    }
    for (const event of ["keydown", "pointerdown"]) window.addEventListener(event, this.#gesture, true);
    // A context that stays suspended is the browser's plain word that sound waits for a gesture; play() of a
    // stream that carries nothing yet says neither yes nor no.
    audioContext().addEventListener("statechange", () => this.#setBlocked(audioContext().state === "suspended"));
  }

  /** True while the browser waits for a gesture before it lets sound out. */
  get blocked() {
    return this.#blocked;
  }

  /** True where this page had to wait for a gesture: loaded anew it would have to again. */
  get wasBlocked() {
    return this.#wasBlocked;
  }

  get off() {
    return this.#off;
  }

  switchOff(off) {
    this.#off = off;
    for (const player of this.#players.values()) player.muted = off;
    this.#changed();
  }

  /** How loud each is, 0 to 1: what is said on the stage, and its interpretation. */
  balance({ original, interpretation }) {
    for (const [slot, player] of this.#players) player.volume = slot === INTERPRETATION ? interpretation : original;
  }

  /** All that makes a sound on this page, each with `setSinkId` where the browser has it. */
  get sinks() {
    return [...this.#players.values(), audioContext()];
  }

  /** Plays the audio slots of a link. */
  play(slots) {
    for (const [slot, player] of this.#players) {
      const track = slots.get(slot);
      player.srcObject = track ? new MediaStream([track]) : null;
    }
    this.#start();
  }

  #start() {
    for (const player of this.#players.values()) {
      if (!player.srcObject) continue;
      player.play().catch((error) => {
        if (error.name === "NotAllowedError") this.#setBlocked(true);
      });
    }
    if (audioContext().state === "suspended") this.#setBlocked(true);
  }

  async #unblock() {
    if (!this.#blocked && audioContext().state !== "suspended") return;
    await audioContext().resume();
    this.#setBlocked(false);
    this.#start();
  }

  #setBlocked(blocked) {
    if (blocked === this.#blocked) return;
    this.#blocked = blocked;
    this.#wasBlocked ||= blocked;
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
