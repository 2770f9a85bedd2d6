// The screen stays on, as far as the browser can see to that: a TV must not go dark during the session. The lock is
// given only to a visible page, and taken away by the system whenever it likes; so it is asked for again.

export class Awake {
  #lock = null;
  #asking = false;
  #changed;
  #refused = false;

  /** `changed()`: whether it can be had has changed. */
  constructor(changed) {
    this.#changed = changed;
    document.addEventListener("visibilitychange", () => this.keep());
  }

  /** True where this browser has no such lock, or does not give it: somebody has to see to the screen. */
  get isImpossible() {
    return !navigator.wakeLock || this.#refused;
  }

  /** Asks for the lock where there is none; call it as often as you like. */
  async keep() {
    if (!navigator.wakeLock || this.#lock || this.#asking || document.visibilityState !== "visible") return;
    this.#asking = true;
    const before = this.#refused;
    try {
      this.#lock = await navigator.wakeLock.request("screen");
      this.#refused = false;
      this.#lock.addEventListener("release", () => {
        this.#lock = null;
        this.keep();
      });
    } catch {
      this.#refused = document.visibilityState === "visible"; // a hidden page is refused, and asks when it is shown
    }
    this.#asking = false;
    if (before !== this.#refused) this.#changed();
  }
}
