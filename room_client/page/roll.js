// Roll-call: which offices are in this room now, ticked by the room officer. It stands at the side, so that the stage
// goes on; what is ticked is sent at once, and there is nothing to save.

import { element, part, setAttribute, setHidden, setIcon, setText } from "../web/live/elements.js";
import { refusalSentence, say } from "../web/live/words.js";

export class RollPanel {
  #ask;
  #changed;
  #roll = null; // a RollView
  #shown = false;
  #sending = false;
  #wanted = null; // ticked while the one before is on its way
  #refusal = "";

  /** `ask(event, body)` resolves to a refusal or null; `changed()`: draw everything again. */
  constructor({ ask, changed }) {
    this.#ask = ask;
    this.#changed = changed;
    part("roll-sign").addEventListener("click", (event) => {
      event.currentTarget.blur();
      this.toggle();
    });
    part("roll-done").addEventListener("click", () => this.#finish());
  }

  get isShown() {
    return this.#shown && Boolean(this.#roll?.open);
  }

  take(roll) {
    this.#roll = roll;
  }

  toggle() {
    if (!this.#roll?.open) return;
    this.#shown = !this.#shown;
    this.#refusal = "";
    if (this.#shown) this.#makeLines();
    this.#changed();
    if (this.#shown) part("roll-lines").querySelector("input")?.focus();
  }

  draw(view) {
    const possible = Boolean(this.#roll?.open) && ["none", "planned", "outside", "closed", "waiting", "stage"].includes(view);
    if (!possible) this.#shown = false;
    setHidden(part("roll"), !this.isShown);
    const sign = part("roll-sign");
    setHidden(sign, !possible);
    if (!possible) return;
    if (!sign.querySelector("span")) sign.append(element("span"), element("kbd", { text: "P" }));
    const { called, present } = this.#roll;
    setIcon(sign, "users");
    setText(sign.querySelector("span"), called ? say("roll.present", { count: present.length }) : say("roll.call"));
    setAttribute(sign, "data-tone", called ? "good" : "needs");
    setText(part("roll-refusal"), this.#refusal);
    setHidden(part("roll-refusal"), !this.#refusal);
    if (this.isShown && !this.#sending) this.#drawLines();
  }

  /** Before the roll was called, those that are expected are proposed; "done" says that they are here. */
  #makeLines() {
    const { offices } = this.#roll;
    part("roll-lines").replaceChildren(...offices.map(({ code, name }) => {
      const here = element("input", { type: "checkbox", value: code, "data-testid": `roll-${code}` });
      const deputy = element("input", { type: "checkbox", "data-testid": `deputy-${code}` });
      here.addEventListener("change", () => this.#send());
      deputy.addEventListener("change", () => {
        if (deputy.checked) here.checked = true;
        this.#send();
      });
      return element("li", {}, element("label", {}, here, element("span", { text: name })), element("label", { class: "deputy" }, deputy, element("span", { text: say("roll.deputy") })));
    }));
    this.#drawLines();
  }

  #drawLines() {
    const { offices, present, called } = this.#roll;
    const lines = part("roll-lines").children;
    if (lines.length !== offices.length) return this.#makeLines();
    offices.forEach(({ code, expected }, place) => {
      const [here, deputy] = lines[place].querySelectorAll("input");
      const found = present.find(({ office }) => office === code);
      if (!called && lines[place].dataset.proposed) return;
      lines[place].dataset.proposed = "yes";
      here.checked = called ? Boolean(found) : expected;
      deputy.checked = Boolean(found?.deputy);
    });
  }

  /** "Done": what is ticked is said, whether it was changed or not. */
  async #finish() {
    await this.#send();
    if (this.#refusal) return;
    this.#shown = false;
    this.#changed();
  }

  /** One after the other, and only the newest of those that wait. */
  async #send() {
    this.#wanted = [...part("roll-lines").children].flatMap((line) => {
      const [here, deputy] = line.querySelectorAll("input");
      return here.checked ? [{ office: here.value, deputy: deputy.checked }] : [];
    });
    if (this.#sending) return;
    this.#sending = true;
    while (this.#wanted) {
      const present = this.#wanted;
      this.#wanted = null;
      const refusal = await this.#ask("roll_call", { present });
      this.#refusal = refusal ? refusalSentence(refusal) : "";
    }
    this.#sending = false;
    this.#changed();
  }
}
