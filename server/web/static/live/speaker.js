// The loudspeaker: chosen, remembered, and taken again when it comes back, like the camera (devices.js). A TV that is
// switched off takes its loudspeaker away with it; until it is on again the system's own plays.
//
// Event: "change" when what is chosen, or whether it is there, changed.

import { findChosen } from "./chosen_devices.js";

const KIND = "audiooutput";

export class Speaker extends EventTarget {
  #memory;
  #sinks;
  #present = "";
  #away = "";

  /** `memory`: ChosenDevices; `sinks`: whatever plays, each with `setSinkId(id)` where the browser has it. */
  constructor(memory, sinks) {
    super();
    this.#memory = memory;
    this.#sinks = sinks.filter((sink) => typeof sink.setSinkId === "function");
    navigator.mediaDevices?.addEventListener("devicechange", () => this.apply());
  }

  /** True where the browser lets a page choose. */
  get canChoose() {
    return this.#sinks.length > 0;
  }

  /** The name of the chosen one where it is not there; else empty. */
  get away() {
    return this.#away;
  }

  chosen() {
    return this.#memory.read("speaker");
  }

  /** [{id, label}] */
  async list() {
    const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    return all.filter(({ kind }) => kind === KIND).map(({ deviceId, label }) => ({ id: deviceId, label }));
  }

  /** By its id; empty for the system's choice. */
  async choose(id) {
    const found = (await this.list()).find((one) => one.id === id);
    this.#memory.write("speaker", id ? { id, label: found?.label ?? "" } : null);
    await this.apply();
  }

  /** Plays through the chosen one if it is there, else through the system's. */
  async apply() {
    const chosen = this.chosen();
    const found = this.canChoose && chosen ? findChosen(chosen, await this.list()) : null;
    this.#away = chosen && !found ? chosen.label || chosen.id.slice(0, 8) : "";
    const wanted = found?.id ?? "";
    if (wanted !== this.#present) {
      const taken = await Promise.allSettled(this.#sinks.map((sink) => sink.setSinkId(wanted)));
      if (taken.every(({ status }) => status === "fulfilled")) this.#present = wanted;
      else this.#away = chosen?.label ?? "";
    }
    this.dispatchEvent(new Event("change"));
  }
}
