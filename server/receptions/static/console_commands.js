// The big buttons: which of them there are now, which one is the next step, and what a press does. A press shows
// "working" at once; what came of it is the server's word, and a refusal is a sentence above the buttons.
//
// Buttons never move: a hand that knows the place of "close the item" must find it without looking.

import { element, part, setAttribute, setHidden, setIcon, setText } from "../web/live/elements.js";
import { refusalSentence, say } from "../web/live/words.js";
import { InterpreterDialog } from "./console_interpreter.js";
import { shortName } from "./console_room_order.js";

const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform);
const REFUSAL_MS = 15_000;

const BUTTONS = [
  { id: "open", place: "commands", icon: "play", key: "O" },
  { id: "next", place: "commands", icon: "chevron-right", key: "N" },
  { id: "floor", place: "commands", icon: "hand", key: "M" },
  { id: "finish_item", place: "commands", icon: "check", key: "L" },
  { id: "end", place: "commands", icon: "flag", key: "" },
  { id: "take_floor_back", place: "stage-commands", icon: "mic-off", key: "T" },
  { id: "close_item", place: "stage-commands", icon: "lock", key: IS_MAC ? "⌘K" : "Ctrl K" },
  { id: "reopen_item", place: "stage-commands", icon: "lock-open", key: "R" },
  { id: "interpreter", place: "stage-commands", icon: "languages", key: "D" },
  { id: "take_interpreter_back", place: "stage-commands", icon: "languages", key: "D" },
];
/** Which button stands in the place of another that went away with its press. */
const HEIRS = {
  close_item: "reopen_item", reopen_item: "close_item",
  interpreter: "take_interpreter_back", take_interpreter_back: "interpreter",
};

/** What each button is now: {id: {shown, able, primary, words}}. `first`: the room whose hand waits longest. */
export function buttonsOf(state, first) {
  const open = state?.state === "open";
  const item = state?.agenda.find(({ id }) => id === state.item_id) ?? null;
  const waiting = state?.agenda.find(({ state: its }) => its === "waiting") ?? null;
  const closed = Boolean(state?.item_closed);
  const staysClosed = item !== null && (item.kind === "denunciation" || item.audience === "closed");
  let primary = "";
  if (state?.state === "planned") primary = "open";
  else if (open && state.floor) primary = "take_floor_back";
  else if (open && first && !closed) primary = "floor";
  else if (open && item) primary = "finish_item";
  else if (open) primary = waiting ? "next" : "end";
  const made = {
    open: { shown: state?.state === "planned", able: true },
    next: {
      shown: open, able: waiting !== null,
      words: waiting ? say("command.next.numbered", { position: waiting.position }) : say("command.next"),
    },
    floor: {
      shown: open, able: !closed,
      words: first ? `${say("command.floor")}: ${shortName(first.name)}` : say("command.floor"),
    },
    finish_item: { shown: open, able: item !== null },
    end: { shown: open, able: true },
    take_floor_back: { shown: open, able: Boolean(state?.floor) },
    interpreter: { shown: open && !state.interpreter, able: item !== null && !closed },
    take_interpreter_back: { shown: open && Boolean(state.interpreter), able: true },
    close_item: { shown: open && !closed, able: item !== null },
    reopen_item: { shown: open && closed, able: !staysClosed },
  };
  for (const [id, button] of Object.entries(made)) {
    button.words ??= say(`command.${id}`);
    button.primary = id === primary;
  }
  return made;
}

export class CommandButtons {
  #send;
  #rooms;
  #interpreters;
  #state = null;
  #buttons = new Map();
  #working = new Set();
  #refusalTimer = null;
  #connected = false;

  /** `send(command)` resolves to a refusal or null; `rooms`: the RoomWall. */
  constructor({ send, rooms }) {
    this.#send = send;
    this.#rooms = rooms;
    this.#interpreters = new InterpreterDialog({ rooms });
    for (const { id, place, icon, key } of BUTTONS) {
      const button = element(
        "button",
        { type: "button", icon, "data-command": id, "data-testid": `command-${id}`, hidden: true, on: { click: () => this.press(id) } },
        element("span"),
        key ? element("kbd", { text: key }) : null,
      );
      if (key) button.setAttribute("aria-keyshortcuts", key.replace("⌘", "Meta+").replace("Ctrl ", "Control+"));
      this.#buttons.set(id, button);
      part(place).append(button);
    }
    for (const place of ["commands", "stage-commands"]) part(place).tabIndex = -1; // for the focus, see #keepFocus
    window.addEventListener("keydown", (event) => this.#onKey(event));
    part("dialog-back").addEventListener("click", () => part("dialog").close());
  }

  setConnected(connected) {
    this.#connected = connected;
    this.draw(this.#state);
  }

  draw(state) {
    this.#state = state;
    const made = buttonsOf(state, this.#rooms.hands[0]);
    const focused = [...this.#buttons].find(([, button]) => button === document.activeElement);
    for (const [id, button] of this.#buttons) {
      const { shown, able, primary, words } = made[id];
      const working = this.#working.has(id);
      setHidden(button, !shown);
      button.disabled = !able || !this.#connected;
      button.classList.toggle("primary", primary && able);
      setText(button.querySelector("span"), working ? say("command.working") : words);
      setAttribute(button, "aria-busy", working ? "true" : null);
    }
    if (focused) this.#keepFocus(...focused);
  }

  /** A button that went away would take the focus with it: its heir gets it, else the row, where Enter does nothing
   *  and Tab goes on. Never the next step: a key pressed twice must not take it. */
  #keepFocus(id, button) {
    if (!button.hidden && !button.disabled) return;
    const heir = this.#buttons.get(HEIRS[id]);
    const place = heir && !heir.hidden && !heir.disabled ? heir : button.parentElement;
    place.focus({ preventScroll: true });
  }

  /** What pressing the button `id` does; the two that cannot be taken back ask first. */
  press(id) {
    const { shown, able } = buttonsOf(this.#state, this.#rooms.hands[0])[id];
    if (!shown || !able || this.#working.has(id)) return;
    if (id === "floor") {
      const [first] = this.#rooms.hands;
      if (first) this.run("floor", { room: first.code });
      else this.#rooms.focusSearch();
    } else if (id === "interpreter") {
      this.#interpreters.open((room) => this.run(id, { room }));
    } else if (id === "reopen_item") {
      this.#ask("reopen", () => this.run(id, { confirm: true }));
    } else if (id === "end") {
      const waiting = this.#state.agenda.filter(({ state }) => state === "waiting").length;
      const { kept } = this.#rooms;
      const more = [waiting && say("confirm.end.waiting", { n: waiting }), ...kept, kept.length > 0 && say("confirm.end.kept")];
      this.#ask("end", () => this.run(id, { confirm: true }), more.filter(Boolean).join(" "));
    } else this.run(id);
  }

  /** Sends one command, true if it was done; `pressed` is another element that shows "working" meanwhile. */
  async run(name, { pressed = null, ...fields } = {}) {
    this.#working.add(name);
    pressed?.setAttribute("aria-busy", "true");
    this.draw(this.#state);
    const refusal = await this.#send({ name, ...fields });
    this.#working.delete(name);
    pressed?.removeAttribute("aria-busy");
    this.draw(this.#state);
    this.showRefusal(refusal ? refusalSentence(refusal) : "");
    return refusal === null;
  }

  /** Shows a sentence above the buttons; empty takes it away. */
  showRefusal(sentence) {
    clearTimeout(this.#refusalTimer);
    const line = part("refusal");
    if (!line.querySelector("span")) line.append(element("span"));
    setIcon(line, "triangle-alert");
    setText(line.querySelector("span"), sentence);
    setHidden(line, sentence === "");
    if (sentence) this.#refusalTimer = setTimeout(() => this.showRefusal(""), REFUSAL_MS);
  }

  #ask(what, act, more = "") {
    const dialog = part("dialog");
    setText(part("dialog-title"), say(`confirm.${what}.title`));
    setText(part("dialog-sentence"), say(`confirm.${what}.sentence`));
    setText(part("dialog-more"), more);
    setText(part("dialog-do"), say(`confirm.${what}.do`));
    part("dialog-do").onclick = () => {
      dialog.close();
      act();
    };
    dialog.showModal();
    // The way back has the focus: Enter pressed by habit must change nothing.
    part("dialog-back").focus();
  }

  #onKey(event) {
    if (event.repeat && event.key === "Enter" && event.target.dataset?.command) event.preventDefault(); // one press, one command
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault(); // the browser's own search field
      if (!event.repeat) this.press("close_item");
      return;
    }
    const typing = event.target.closest?.("input, select, textarea, dialog[open]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.key === "/") {
      event.preventDefault();
      this.#rooms.focusSearch();
      return;
    }
    const pressed = BUTTONS.filter(({ key }) => key.length === 1 && key === event.key.toUpperCase());
    const button = pressed.find(({ id }) => !this.#buttons.get(id).hidden);
    if (!button) return;
    event.preventDefault(); // the letter is not typed into a field that the press opens
    this.press(button.id);
  }
}
