// The sound of the stage. Pictures are separate, muted elements, so a browser that blocks sound before the first
// gesture never blocks the picture with it. Kiosks start with --autoplay-policy=no-user-gesture-required and
// never see the question.
//
// Event: "change" when being blocked or being off changed.

import { audioContext } from "./level.js";

const SLOTS = ["audio desk", "audio floor", "audio interpreter"];

export class StageSound extends EventTarget {
  #players = new Map();
  #blocked = false;
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
  }

  /** True while the browser waits for a gesture before it lets sound out. */
  get blocked() {
    return this.#blocked;
  }

  get off() {
    return this.#off;
  }

  switchOff(off) {
    this.#off = off;
    for (const player of this.#players.values()) player.muted = off;
    this.#changed();
  }

  /** Plays the audio slots of a link. */
  async play(slots) {
    for (const [slot, player] of this.#players) {
      const track = slots.get(slot);
      player.srcObject = track ? new MediaStream([track]) : null;
    }
    await this.#start();
  }

  async #start() {
    // A remote track that carries nothing yet never resolves play(), so the answer is not waited for together.
    for (const player of this.#players.values()) {
      if (!player.srcObject) continue;
      player.play().then(
        () => this.#setBlocked(false),
        (error) => {
          if (error.name === "NotAllowedError") this.#setBlocked(true);
        },
      );
    }
  }

  async #unblock() {
    if (audioContext().state === "suspended") await audioContext().resume();
    if (this.#blocked) await this.#start();
  }

  #setBlocked(blocked) {
    if (blocked === this.#blocked) return;
    this.#blocked = blocked;
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
