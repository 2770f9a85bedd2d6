// What the screen reader says, and only when something changed that a person in the room would want to hear.

import { part } from "../web/live/elements.js";
import { say } from "../web/live/words.js";

/** Announces that this room interprets, or no more. */
export function announceInterpreting(interprets) {
  part("voice").textContent = say(interprets ? "announce.interprets" : "announce.interprets.no_more");
}

/** Announces the difference between two StageViews; either may be null. */
export function announce(before, after) {
  const said = [];
  if (after?.has_floor !== before?.has_floor && (before || after?.has_floor)) {
    said.push(say(after?.has_floor ? "room.announce.onair" : "room.announce.offair"));
  }
  if (after?.floor && !after.has_floor && after.floor.code !== before?.floor?.code) {
    said.push(say("room.announce.speaks", { name: after.floor.name }));
  }
  if (before && after && before.hand_raised !== after.hand_raised) {
    said.push(say(after.hand_raised ? "room.announce.hand.up" : "room.announce.hand.down"));
  }
  if (after?.queue_position === 1 && before?.queue_position !== 1) said.push(say("room.next.sentence"));
  if (after?.item && !after.item.closed && after.item.title && after.item.position !== before?.item?.position) {
    said.push(say("room.announce.item", { position: after.item.position, title: after.item.title }));
  }
  if (said.length > 0) part("voice").textContent = said.join(" ");
}
