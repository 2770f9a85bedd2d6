// The calm cards: everything the room's screen says when there is no stage to show. One sign, one title, one
// sentence, at most one thing to do.

import { dayText, durationText, minuteText, secondsUntil } from "../web/live/clock.js";
import { part, setHidden, setIcon, setText } from "../web/live/elements.js";
import { refusalSentence, say } from "../web/live/words.js";
import { remembered } from "./key.js";

const SIGNS = {
  key: "key-round", enrolling: "key-round", replaced: "tv", cannot: "triangle-alert", connecting: "plug", none: "calendar",
  planned: "clock", ended: "flag", closed: "lock", outside: "users", waiting: "monitor-up",
};

const CHECKED = new Set(["none", "planned"]); // time enough, and a reason, to check the room
const BUTTONS = { replaced: "room.replaced.back", cannot: "room.again" };

/** Shows the card of `view` (see view.js), or none for the stage. */
export function showCard(view, { stage, roomName, status, refusal, entry }) {
  const card = part("card");
  setHidden(card, view === "stage");
  if (view === "stage") return;
  setIcon(part("card-sign"), SIGNS[view]);
  setText(part("card-title"), titleOf(view, stage));
  setText(part("card-sentence"), sentenceOf(view, { roomName, status, refusal, entry }));
  setHidden(part("key-form"), view !== "key");
  setHidden(part("check"), !CHECKED.has(view));
  const button = part("card-button");
  setHidden(button, !(view in BUTTONS));
  if (view in BUTTONS) setText(button, say(BUTTONS[view]));
  showCountdown(view, stage);
}

/** Called every second too: only the countdown changes by itself. */
export function showCountdown(view, stage) {
  const left = view === "planned" ? secondsUntil(stage?.planned_at) : null;
  const countdown = part("countdown");
  setHidden(countdown, left === null);
  if (left === null) return;
  setText(countdown, left > 0 ? say("room.planned.left", { left: durationText(left) }) : say("room.planned.due"));
}

/** Why the room's screen asks for a code: the key is bad, the device was revoked, or there was none yet. */
function whyKey(refusal, key) {
  if (key) return refusalSentence(refusal);
  return say(remembered().isDevice ? "room.key.revoked" : "room.key.sentence");
}

function titleOf(view, stage) {
  if (view === "connecting") return say("link.connecting");
  if (view !== "planned") return say(`room.${view}.title`);
  const at = Date.parse(stage.planned_at);
  if (!Number.isFinite(at)) return say("room.none.title");
  const time = minuteText(stage.planned_at);
  return say("room.planned.title", { time: dayText(at) === dayText() ? time : `${time}, ${dayText(at)}` });
}

function sentenceOf(view, { roomName, status, refusal, entry }) {
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
  return say(`room.${view}.sentence`);
}
