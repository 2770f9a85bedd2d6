// A summons of the office, large on the screen until somebody in the room has answered: one key (Enter) says that the
// offices ticked will be there. It waits while there is a stage: nothing may cover what a room listens to.

import { dayText, minuteText } from "../web/live/clock.js";
import { element, part, setAttribute, setHidden, setIcon, setText } from "../web/live/elements.js";
import { audioContext } from "../web/live/level.js";
import { refusalSentence, say } from "../web/live/words.js";
import { chime } from "./chime.js";

const MOST_ITEMS = 4;
const SHOWN_IN = new Set(["none", "planned", "ended", "outside"]);
const SIGNS = { asked: "mail", coming: "mail", cannot: "mail", withdrawn: "ban" };

export class SummonsPanel {
  #ask;
  #send;
  #changed;
  #summonses = [];
  #again = null; // an answered one that is to be answered anew
  #cannot = false;
  #working = false;
  #refusal = null;
  #drawn = ""; // what the form was made for
  #seen = "";

  /** `ask(event, body)` resolves to a refusal or null; `send(event, body)`; `changed()`: draw everything again. */
  constructor({ ask, send, changed }) {
    this.#ask = ask;
    this.#send = send;
    this.#changed = changed;
    part("summons-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.confirm();
    });
    part("summons-other").addEventListener("click", (event) => {
      event.currentTarget.blur();
      this.#other();
    });
    part("answer-again").addEventListener("click", (event) => {
      event.currentTarget.blur();
      this.#again = this.#answered?.summons ?? null;
      this.#changed();
    });
  }

  /** True while the panel lies over the card. */
  get isShown() {
    return !part("summons").hidden;
  }

  /** The whole of a `summonses` message. */
  take(summonses) {
    const before = this.#open && keyOf(this.#open);
    this.#summonses = summonses;
    const open = this.#open;
    if (open && keyOf(open) !== before) {
      this.#begin();
      part("voice").textContent = titleOf(open);
      ring();
    }
  }

  draw(view) {
    const open = this.#open;
    const shown = Boolean(open) && SHOWN_IN.has(view);
    setHidden(part("summons"), !shown);
    const sign = part("summons-sign");
    setHidden(sign, !open || shown || view === "replaced" || view === "key");
    if (!sign.hidden) {
      if (!sign.querySelector("span")) sign.append(element("span"));
      setIcon(sign, "mail");
      setText(sign.querySelector("span"), say("summons.waits"));
    }
    this.#drawAnswered(view);
    if (!shown) return;
    this.#drawFacts(open);
    this.#drawForm(open);
    this.#tellSeen(open);
  }

  /** The big button, or Enter. */
  async confirm() {
    const open = this.#open;
    if (!open || this.#working) return;
    const reason = part("summons-reason").value.trim();
    const offices = [...part("summons-offices").querySelectorAll("input:checked")].map((box) => box.value);
    const answer = open.state === "withdrawn" ? "noted" : this.#cannot ? "cannot" : "coming";
    if (answer === "cannot" && !reason) return this.#say(say("summons.reason.missing"));
    if (answer === "coming" && offices.length === 0) return this.#say(say("summons.who.missing"));
    this.#working = true;
    this.#say(null);
    const refusal = await this.#ask("summons_answer", {
      summons: open.summons, version: open.version, answer,
      offices: answer === "coming" ? offices : [], reason: answer === "cannot" ? reason : "",
    });
    this.#working = false;
    if (!refusal) this.#again = null;
    this.#say(refusal ? refusalSentence(refusal) : null);
  }

  /** Ticks or unticks the office with this number. */
  toggleOffice(number) {
    const box = part("summons-offices").querySelectorAll("input")[number - 1];
    if (box && !this.#cannot) box.checked = !box.checked;
  }

  get #open() {
    return this.#summonses.find(({ state, summons }) => state === "asked" || state === "withdrawn" || summons === this.#again);
  }

  get #answered() {
    return this.#summonses.find(({ state }) => state === "coming" || state === "cannot");
  }

  #begin() {
    this.#cannot = false;
    this.#refusal = null;
    this.#drawn = "";
    part("summons-reason").value = "";
  }

  #say(sentence) {
    this.#refusal = sentence;
    this.#changed();
  }

  /** "We cannot come", back from there, or out of changing an answer. */
  #other() {
    if (this.#open?.state !== "withdrawn" && !this.#cannot) {
      this.#cannot = true;
      this.#say(null);
      part("summons-reason").focus();
      return;
    }
    this.#cannot = false;
    this.#say(null);
  }

  #drawFacts(open) {
    const withdrawn = open.state === "withdrawn";
    const kind = part("summons-kind");
    if (!kind.querySelector("span")) kind.append(element("span"));
    setIcon(kind, SIGNS[open.state]);
    setText(kind.querySelector("span"), kindOf(open));
    setAttribute(kind, "data-tone", "needs");
    setText(part("summons-title"), titleOf(open));
    setText(part("summons-hour"), withdrawn ? "" : say("summons.hour", { time: minuteText(open.be_there_at), day: dayText(Date.parse(open.be_there_at)) }));
    setText(part("summons-facts"), withdrawn ? say(`summons.withdrawn.${open.change || "audience"}`) : factsOf(open));
    setText(part("summons-note"), withdrawn ? "" : open.note);
    const items = withdrawn ? [] : itemLines(open.items);
    const list = part("summons-items");
    if (list.dataset.shown === JSON.stringify(items)) return;
    list.dataset.shown = JSON.stringify(items);
    list.replaceChildren(...items.map((text) => element("li", { text })));
  }

  #drawForm(open) {
    const withdrawn = open.state === "withdrawn";
    if (this.#drawn !== keyOf(open)) this.#makeOffices(open);
    setHidden(part("summons-offices"), withdrawn || this.#cannot);
    setHidden(part("summons-reason-field"), withdrawn || !this.#cannot);
    const main = part("summons-do");
    if (!main.firstElementChild) main.append(element("span"), element("kbd", { text: "Enter" }));
    const words = withdrawn ? "summons.noted" : this.#cannot ? "summons.send" : "summons.coming";
    setText(main.querySelector("span"), say(this.#working ? "summons.working" : words));
    setAttribute(main, "aria-busy", this.#working ? "true" : null);
    setHidden(part("summons-other"), withdrawn);
    setText(part("summons-other"), say(this.#cannot ? "summons.back" : "summons.cannot"));
    setHidden(part("summons-refusal"), !this.#refusal);
    setText(part("summons-refusal"), this.#refusal ?? "");
  }

  #makeOffices(open) {
    this.#drawn = keyOf(open);
    const field = part("summons-offices");
    for (const former of field.querySelectorAll("label")) former.remove();
    open.offices.forEach(({ code, name, expected }, place) => {
      const box = element("input", { type: "checkbox", value: code, "data-testid": `office-${code}` });
      box.checked = open.coming.length > 0 ? open.coming.includes(code) : expected;
      field.append(element("label", {}, box, element("span", { text: name }), place < 9 ? element("kbd", { text: String(place + 1) }) : null));
    });
  }

  #drawAnswered(view) {
    const answered = this.#open ? undefined : this.#answered;
    const line = part("answered");
    setHidden(line, !answered || !SHOWN_IN.has(view));
    if (!answered) return;
    const names = answered.offices.filter(({ code }) => answered.coming.includes(code)).map(({ name }) => name);
    const when = { time: minuteText(answered.be_there_at), day: dayText(Date.parse(answered.be_there_at)) };
    setText(line.querySelector("span"), say(`summons.answered.${answered.state}`, { ...when, who: names.join(", "), reason: answered.reason }));
  }

  #tellSeen(open) {
    if (this.#seen === keyOf(open) || document.visibilityState !== "visible") return;
    this.#seen = keyOf(open);
    this.#send("summons_seen", { summons: open.summons, version: open.version });
  }
}

const keyOf = ({ summons, version, reminders, state }) => `${summons}.${version}.${reminders}.${state === "withdrawn"}`;

function kindOf({ state, change, reminders }) {
  if (state === "withdrawn") return say("summons.kind.withdrawn");
  if (reminders > 0 && state === "asked") return say("summons.kind.reminder");
  return say(change === "" ? "summons.kind" : `summons.kind.${change}`);
}

const titleOf = ({ reception_title }) => reception_title;

function factsOf({ planned_at, host, place }) {
  const starts = say("summons.starts", { time: minuteText(planned_at), day: dayText(Date.parse(planned_at)) });
  return [starts, host && say("summons.host", { name: host }), place].filter(Boolean).join(" · ");
}

/** A line for each item as long as they are few: what the room must answer has to stay on the screen. */
function itemLines(items) {
  const shown = items.length <= MOST_ITEMS ? items : items.slice(0, MOST_ITEMS - 1);
  const more = items.slice(shown.length).map(({ position }) => position);
  return [...shown.map(itemText), ...(more.length > 0 ? [say("summons.more", { positions: more.join(", ") })] : [])];
}

function itemText({ position, kind, petition_code, title }) {
  const about = [kind && say(`kind.${kind}`), petition_code].filter(Boolean).join(" ");
  return [say("room.item", { position }), about, title].filter(Boolean).join(" · ");
}

/** Somebody in the room should look up; where the browser lets a page sound before anybody has touched it. */
function ring() {
  const context = audioContext();
  if (context.state === "running") chime(context);
}
