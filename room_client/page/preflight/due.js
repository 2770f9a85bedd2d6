// Whether the room checks itself now, without being asked. Pure.

const LATE_MS = 20 * 60_000; // as in PROTOCOL.md: a room that was off at its hour still checks

/**
 * The PlannedCheck that is due, or null. `checks`: PlannedChecks; `stage`: StageView or null; `done_ms`: when it checked
 * itself last; `now_ms`: all on the server's clock. While a reception is open nothing is due: not a light, not a packet.
 */
export function dueCheck({ checks, stage, done_ms }, now_ms) {
  if (!stage || stage.reception_state === "open" || stage.has_floor) return null;
  return checks.find(({ at }) => Date.parse(at) <= now_ms && now_ms < Date.parse(at) + LATE_MS && Date.parse(at) > done_ms) ?? null;
}
