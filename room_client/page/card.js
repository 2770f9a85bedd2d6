// The calm cards: everything the room's screen says when there is no stage to show. One sign, one title, one
// sentence, at most one thing to do.

import { durationText, momentText, secondsUntil } from "../web/live/clock.js";
import { element, part, setHidden, setIcon, setText } from "../web/live/elements.js";
import { refusalSentence, say } from "../web/live/words.js";
import { othersToCome, shownOf } from "./attending.js";
import { remembered } from "./key.js";

const SIGNS = {
  key: "key-round", enrolling: "key-round", replaced: "tv", cannot: "triangle-alert", connecting: "plug", none: "calendar",
  planned: "clock", ended: "flag", closed: "lock", outside: "users", waiting: "monitor-up",
};

const CHECKED = new Set(["none", "planned", "ended"]); // time enough, and a reason, to check the room
const SCHEDULED = new Set(["none", "planned", "ended"]);
const BUTTONS = { replaced: "room.replaced.back", cannot: "room.again" };
const DAY_S = 86_400;

/**
 * Shows the card of `view` (see view.js), or none for the stage. `attends`: camera, microphone and link are on;
 * `checks`: because somebody checks them.
 */
export function showCard(view, known) {
  const { stage, schedule, attends, checks, devices } = known;
  const card = part("card");
  setHidden(card, view === "stage");
  if (view === "stage") return;
  setIcon(part("card-sign"), SIGNS[view]);
  setText(part("card-title"), titleOf(view, stage));
  setText(part("card-sentence"), sentenceOf(view, known));
  setHidden(part("key-form"), view !== "key");
  setHidden(part("check"), !CHECKED.has(view) || !attends || devices.isElsewhere);
  const button = part("card-button");
  setHidden(button, !(view in BUTTONS));
  if (view in BUTTONS) setText(button, say(BUTTONS[view]));
  setHidden(part("second-screen"), view !== "replaced" || devices.isElsewhere);
  const check = part("check-devices");
  setHidden(check, !SCHEDULED.has(view) || (attends && !checks) || devices.isElsewhere);
  setText(check, say(checks ? "room.resting.check.end" : "room.resting.check"));
  showSchedule(view, { schedule, stage, attends });
  showCountdown(view, stage);
}

/** Called every second too: only the countdown changes by itself. */
export function showCountdown(view, stage) {
  const left = view === "planned" ? secondsUntil(stage?.planned_at) : null;
  const countdown = part("countdown");
  setHidden(countdown, left === null);
  if (left === null) return;
  setText(countdown, left > 0 ? say("room.planned.left", { left: leftText(left) }) : say("room.planned.due"));
}

/** What comes next, as far as this room may know it, and what comes after. */
function showSchedule(view, { schedule, stage, attends }) {
  const shown = SCHEDULED.has(view) ? shownOf(schedule, stage) : null;
  const what = part("planned-what");
  setText(what, shown ? [shown.title, shown.place].filter(Boolean).join(" · ") : "");
  setHidden(what, what.textContent === "");
  const lines = SCHEDULED.has(view) && !attends ? othersToCome(schedule, stage).map(lineOf) : [];
  const list = part("to-come");
  setHidden(list, lines.length === 0);
  const texts = list.querySelector("ul");
  if (texts.dataset.shown === JSON.stringify(lines)) return;
  texts.dataset.shown = JSON.stringify(lines);
  texts.replaceChildren(...lines.map((text) => element("li", { text })));
}

const lineOf = ({ planned_at, title, place }) => [momentText(planned_at), title, place].filter(Boolean).join(" · ");

function leftText(seconds) {
  if (seconds < DAY_S) return durationText(seconds);
  return say("room.planned.days", { days: Math.floor(seconds / DAY_S), hours: Math.floor((seconds % DAY_S) / 3600) });
}

/** Why the room's screen asks for a code: the key is bad, the device was revoked, or there was none yet. */
function whyKey(refusal, key) {
  if (key) return refusalSentence(refusal);
  return say(remembered().isDevice ? "room.key.revoked" : "room.key.sentence");
}

function titleOf(view, stage) {
  if (view === "connecting") return say("link.connecting");
  if (view !== "planned") return say(`room.${view}.title`);
  if (!Number.isFinite(Date.parse(stage.planned_at))) return say("room.none.title");
  return say("room.planned.title", { time: momentText(stage.planned_at) });
}

function sentenceOf(view, { roomName, status, refusal, entry, schedule, attends }) {
  if (view === "connecting") {
    if (status.refusal) {
      return say("link.refused", { sentence: refusalSentence(status.refusal), tries: Math.max(1, status.tries) });
    }
    return status.tries > 0 ? say("link.connecting.tries", { tries: status.tries }) : "";
  }
  if (view === "enrolling") return entry.said;
  if (view === "key") return entry.said || whyKey(refusal, entry.key);
  if (view === "replaced" && roomName) return say("room.replaced.sentence", { name: roomName });
  if (view === "replaced" || view === "cannot") return refusalSentence(refusal);
  if (!attends && SCHEDULED.has(view)) {
    const rests = schedule?.join_at ? say("room.resting.joins", { time: momentText(schedule.join_at) }) : say("room.resting.none");
    return view === "ended" ? `${say("room.ended.next")} ${rests}` : rests;
  }
  return say(`room.${view}.sentence`);
}
