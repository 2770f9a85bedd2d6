// Who interprets the present item: a dialog to choose a room of its audience that is connected, or the desk.

import { element, part, setHidden, setText } from "../web/live/elements.js";
import { say } from "../web/live/words.js";
import { plain } from "./console_room_order.js";

const DESK = "22";

export class InterpreterDialog {
  #rooms;
  #dialog = part("interpreter-dialog");
  #list = part("interpreter-rooms");
  #find = part("interpreter-find");
  #choose = () => undefined;

  /** `rooms`: the RoomWall. */
  constructor({ rooms }) {
    this.#rooms = rooms;
    this.#find.addEventListener("input", () => this.#draw());
    this.#find.addEventListener("keydown", (event) => this.#onKey(event));
    part("interpreter-back").addEventListener("click", () => this.#dialog.close());
    part("interpreter-page").addEventListener("click", () => this.#dialog.close());
  }

  /** Asks; `choose(code)` is called with the place that was chosen. */
  open(choose) {
    this.#choose = choose;
    this.#find.value = "";
    this.#draw();
    this.#dialog.showModal();
    this.#find.focus();
  }

  #draw() {
    const wanted = plain(this.#find.value);
    const rooms = this.#rooms.speakable.filter(({ name, district }) => plain(`${name} ${district}`).includes(wanted));
    const places = rooms.map(({ code, name, district }) => this.#place(code, name, district));
    if (!wanted) places.unshift(this.#place(DESK, say("interpreter.desk"), ""));
    this.#list.replaceChildren(...places);
    setText(part("interpreter-empty"), say(wanted ? "rooms.none_found" : "interpreter.none_found"));
    setHidden(part("interpreter-empty"), rooms.length > 0);
  }

  #place(code, name, district) {
    const take = () => {
      this.#dialog.close();
      this.#choose(code);
    };
    return element(
      "li",
      {},
      element(
        "button",
        { type: "button", "data-testid": `interpreter-${code}`, on: { click: take } },
        element("span", { text: name }),
        element("small", { text: district }),
      ),
    );
  }

  /** Enter takes the only place left; the arrow goes on to the list. */
  #onKey(event) {
    const buttons = this.#list.querySelectorAll("button");
    if (event.key === "Enter" && buttons.length === 1) buttons[0].click();
    else if (event.key === "ArrowDown") {
      event.preventDefault();
      buttons[0]?.focus();
    }
  }
}
