// Whether the room has its camera, its microphone and its link now, or rests: between receptions no light of a camera
// is on and no packet flows, only signalling stays, by which the province wakes all rooms. Decided here, from what is
// known, with nothing switched.

/**
 * `known`: {stage: StageView or null, schedule: ScheduleView, or null where the server knows none, checks_until_ms: as
 * long as somebody in the room checks its devices}. `now_ms`: on the server's clock. Null: nothing is known yet.
 */
export function isNeeded({ stage, schedule, checks_until_ms }, now_ms) {
  if (!stage) return null;
  if (stage.reception_state === "open" || now_ms < checks_until_ms) return true;
  if (!schedule) return true; // a server of before expects its rooms all day
  return schedule.join_at !== "" && now_ms >= Date.parse(schedule.join_at);
}

/** The receptions to come but the one that the card's title is about. */
export function othersToCome(schedule, stage) {
  const shown = stage?.reception_state === "planned" ? Date.parse(stage.planned_at) : NaN;
  return (schedule?.next ?? []).filter(({ planned_at }) => Date.parse(planned_at) !== shown);
}

/** What the schedule says of the reception that the card's title is about, or null. */
export function shownOf(schedule, stage) {
  if (stage?.reception_state !== "planned") return null;
  return schedule?.next.find(({ planned_at }) => Date.parse(planned_at) === Date.parse(stage.planned_at)) ?? null;
}
