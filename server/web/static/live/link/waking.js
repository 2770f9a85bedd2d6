// Notices that what is known of the line and of the time may be out of date: the computer has slept, its clock was put
// forward or back, or it has another network now.
// After a sleep nothing has failed yet, as no timer has run; waiting for one would cost the person half a minute.

const TICK_MS = 1000;
const JUMPED_MS = 5000; // a busy machine is late by less, and its clock is corrected by less

export class Waking {
  #woken;
  #timer;
  #tick_ms = Date.now();
  #network = navigator.connection?.type;
  #look = () => this.#onTick();
  #online = () => this.#woken();
  #onNetwork = () => this.#onNetworkChange();

  /** `woken()` is called at every such moment, until `stop`. */
  constructor(woken) {
    this.#woken = woken;
    this.#timer = setInterval(this.#look, TICK_MS);
    document.addEventListener("visibilitychange", this.#look);
    document.addEventListener("resume", this.#look);
    window.addEventListener("online", this.#online);
    navigator.connection?.addEventListener?.("change", this.#onNetwork);
  }

  stop() {
    clearInterval(this.#timer);
    document.removeEventListener("visibilitychange", this.#look);
    document.removeEventListener("resume", this.#look);
    window.removeEventListener("online", this.#online);
    navigator.connection?.removeEventListener?.("change", this.#onNetwork);
  }

  /** The wall clock, not performance.now(), which stands still during sleep in some browsers. */
  #onTick() {
    const now_ms = Date.now();
    const jumped = Math.abs(now_ms - this.#tick_ms) > JUMPED_MS;
    this.#tick_ms = now_ms;
    if (jumped) this.#woken();
  }

  /** "change" also comes with every new estimate of the speed; only another kind of network is news. */
  #onNetworkChange() {
    const { type } = navigator.connection;
    if (type === this.#network) return;
    this.#network = type;
    this.#woken();
  }
}
