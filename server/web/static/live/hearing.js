// What is heard while an item is interpreted: the original, the interpretation, or both, the original lowered. The
// choice is the person's, by one button and one key, and holds for the item.
//
// Nothing may make a hall silent. The original is lowered only while the server says, now, that sound of the
// interpreter arrives: without its word, or without that sound, everything plays as loud as ever.
//
// Event: "change" when anything of it is to be drawn anew.

export const HEARING_KEYS = new Set(["i", "I", "ColorF3Blue"]);

const NOBODY = { interpreter: null, heard: false, interprets: false };
const CHOICES = ["both", "interpretation", "original"]; // the first is how it begins: nobody need be at the keyboard
const ALL = { original: 1, interpretation: 1 };
const LOUDNESS = {
  both: { original: 0.25, interpretation: 1 }, // 12 dB lower: there, and not in the way
  interpretation: { original: 0, interpretation: 1 },
  original: { original: 1, interpretation: 0 },
};

export class Hearing extends EventTarget {
  #sound;
  #view = NOBODY;
  #item = null;
  #told = false;
  #choice = CHOICES[0];

  /** `sound`: the page's StageSound. */
  constructor(sound) {
    super();
    this.#sound = sound;
  }

  /** As InterpretationView: who interprets, whether that is heard, whether it is this room. */
  get view() {
    return this.#view;
  }

  /** original, interpretation or both; "" where there is nothing to choose. */
  get choice() {
    return this.#view.interpreter && !this.#view.interprets ? this.#choice : "";
  }

  /** Takes an InterpretationView; null: nothing is known of any. */
  take(view) {
    this.#view = view ?? NOBODY;
    this.#apply();
  }

  /** `item`: what tells the present item from others; with another one the choice begins anew. */
  setItem(item) {
    if (item === this.#item) return;
    this.#item = item;
    this.#choice = CHOICES[0];
    this.#apply();
  }

  /** `told`: the server's word arrives at present. */
  setTold(told) {
    if (told === this.#told) return;
    this.#told = told;
    this.#apply();
  }

  /** The next of the three. */
  turn() {
    if (!this.choice) return;
    this.#choice = CHOICES[(CHOICES.indexOf(this.#choice) + 1) % CHOICES.length];
    this.#apply();
  }

  #apply() {
    const separate = this.choice !== "" && this.#view.heard && this.#told;
    this.#sound.balance(separate ? LOUDNESS[this.#choice] : ALL);
    this.dispatchEvent(new Event("change"));
  }
}
