// A value that is shown for a while before it may change again: a line on the edge must not make words flicker.

export class Held {
  #least_ms;
  #changed;
  #shown;
  #next;
  #since_ms = -Infinity;
  #timer = null;

  /** Begins with `first`; `changed()` is called whenever `value` has changed, at most once in `least_ms`. */
  constructor(first, least_ms, changed) {
    this.#shown = first;
    this.#next = first;
    this.#least_ms = least_ms;
    this.#changed = changed;
  }

  get value() {
    return this.#shown;
  }

  take(value) {
    this.#next = value;
    clearTimeout(this.#timer);
    const left_ms = this.#since_ms + this.#least_ms - performance.now();
    if (left_ms <= 0) this.#show();
    else this.#timer = setTimeout(() => this.#show(), left_ms);
  }

  #show() {
    if (this.#next === this.#shown) return;
    this.#shown = this.#next;
    this.#since_ms = performance.now();
    this.#changed();
  }
}
