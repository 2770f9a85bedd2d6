// Which of its few pictures the room's screen shows: decided here, from what is known, with nothing drawn.

/**
 * `known`: {isEnrolling, ended: refusal or null, stage: StageView or null}.
 * Gives one of: key, enrolling, replaced, cannot, connecting, none, planned, ended, closed, outside, waiting, stage.
 */
export function viewOf({ isEnrolling, ended, stage }) {
  if (isEnrolling) return "enrolling";
  if (ended) {
    if (ended.code === "bad_key") return "key";
    return ended.code === "replaced" ? "replaced" : "cannot";
  }
  if (!stage) return "connecting";
  if (stage.reception_state !== "open") return stage.reception_state;
  if (!stage.in_audience) return stage.item?.closed ? "closed" : "outside";
  if (!stage.desk_present && !stage.floor && !stage.document_present) return "waiting";
  return "stage";
}

/** How the room's own picture takes part: "onair", "next" (first in the queue), or "". */
export function selfOf(stage) {
  if (!stage || stage.reception_state !== "open" || !stage.in_audience) return "";
  if (stage.has_floor) return "onair";
  return stage.hand_raised && stage.queue_position === 1 ? "next" : "";
}

/** True where raising a hand can lead to something. */
export function mayRaiseHand(stage) {
  return Boolean(stage && stage.reception_state === "open" && stage.in_audience && !stage.has_floor);
}
