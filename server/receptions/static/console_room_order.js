// Which rooms the host sees first, and what is wrong with a room, in words: decided here, drawn elsewhere.

import { clockText } from "../web/live/clock.js";
import { say } from "../web/live/words.js";

// From these figures on a room's picture or sound is visibly hurt; below them the host has better things to read.
const LOSS_PERCENT = 8;
const RTT_MS = 800;
const QUIET_S = 10; // on air: longer than one breathes

// Who looks closer is told of less; a line within the province that is well takes some 30 ms.
const TELLING_LOSS_PERCENT = 1;
const TELLING_RTT_MS = 100;

const TYPES = [
  ["Thành phố ", "TP. "], ["Thị xã ", "TX. "], ["Thị trấn ", "TT. "], ["Đặc khu ", "ĐK. "],
  ["Phường ", "P. "], ["Huyện ", "H. "], ["Xã ", "X. "],
];

/** "Phường Hà Khánh" -> "P. Hà Khánh": the name must fit a tile, and the kind of unit must stay. */
export function shortName(name) {
  const type = TYPES.find(([long]) => name.startsWith(long));
  return type ? type[1] + name.slice(type[0].length) : name;
}

/** Lower case, without Vietnamese marks: what is typed without marks finds what is written with them. */
export function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase().replace(/\s+/g, " ").trim();
}

/** True if every word of `search` (already plain) occurs in the room's name, district or code. */
export function matches(room, search) {
  if (!search) return true;
  const text = plain(`${room.name} ${shortName(room.name)} ${room.district} ${room.code}`);
  return search.split(" ").every((word) => text.includes(word));
}

/** What needs the host's attention in this room, as words; empty if nothing does. `session`: see RoomWall.setSession. */
export function troubleOf(room, { open, limited, closed, staged, floor }) {
  const answer = answerTrouble(room, open);
  const kept = keptOf(room);
  if (room.presence === "absent") {
    if (room.code === floor) return [lostOf(room), kept].filter(Boolean).join(", ");
    const needed = limited && room.in_audience && say("trouble.absent");
    return [needed, kept, answer].filter(Boolean).join(", ");
  }
  const found = answer && !open ? [answer] : [];
  for (const device of ["microphone", "camera"]) {
    if (["missing", "blocked"].includes(room[device])) found.push(say(`trouble.${device}.${room[device]}`));
  }
  if (room.presence === "has_floor" && room.microphone === "off") found.push(say("trouble.microphone.off"));
  if (room.microphone === "ok" && room.quiet_s >= QUIET_S) found.push(say("trouble.quiet", { seconds: Math.floor(room.quiet_s) }));
  // With an empty stage, or a closed item, there is nothing a room could receive.
  const sentMedia = open && staged && !closed && room.in_audience;
  if (sentMedia && room.presence === "connected") found.push(say("trouble.not_receiving"));
  if (room.loss_percent >= LOSS_PERCENT) found.push(say("trouble.loss", { percent: Math.round(room.loss_percent) }));
  if (room.rtt_ms >= RTT_MS) found.push(say("trouble.rtt", { ms: Math.round(room.rtt_ms) }));
  if (kept) found.push(kept);
  return found.join(", ");
}

/** Of the room that has the floor, and of which nothing is heard. */
function lostOf({ silent_since: since }) {
  return since ? say("trouble.lost.since", { time: clockText(Date.parse(since)) }) : say("trouble.lost");
}

/** What the room keeps of itself from a time without a line, in words; empty where it keeps nothing. */
export function keptOf({ presence, keeping, kept_s: seconds, kept_percent: percent }) {
  if (!seconds) return keeping ? say("kept.keeping") : "";
  const length = seconds < 90 ? say("kept.seconds", { n: Math.ceil(seconds) }) : say("kept.minutes", { n: Math.ceil(seconds / 60) });
  if (presence === "absent") return say("kept.away", { length });
  return percent === null ? say("kept.waits", { length }) : say("kept.comes", { length, percent });
}

/** Before the opening: who has not answered, or cannot come. Afterwards: who said that it comes, and is not there. */
function answerTrouble({ summons, in_audience }, open) {
  if (!open) return ["asked", "seen", "cannot"].includes(summons) ? say(`summons.state.${summons}`) : "";
  return summons === "coming" && in_audience ? say("summons.missing") : "";
}

/** Before the opening: who cannot come, then who is there and in trouble, then who has only not answered. */
function urgency({ summons, presence }) {
  if (summons === "cannot") return 0;
  return presence === "absent" ? 2 : 1;
}

/** While it runs: the room on air, also where it is lost; those that the item needs and lacks, then all others. */
function urgencyOnAir({ code, presence }, floor) {
  if (presence === "has_floor" || code === floor) return 0;
  return presence === "absent" ? 1 : 2;
}

/** What the room's line carries, in words; with `figures` also what is measured. Empty where nothing is known. */
export function lineOf({ layer, loss_percent, rtt_ms }, { figures }) {
  const found = [];
  if (layer) found.push(say(`layer.${layer}`));
  if (!figures) return found.join(", ");
  if (loss_percent >= TELLING_LOSS_PERCENT) found.push(say("trouble.loss", { percent: Math.round(loss_percent) }));
  if (rtt_ms >= TELLING_RTT_MS) found.push(say("trouble.rtt", { ms: Math.round(rtt_ms) }));
  return found.join(", ");
}

/** {hands, troubles, wall} out of all rooms: each room in one list; hands by waiting time. */
export function ordered(rooms, { search, filter, session }) {
  const hands = [];
  const troubles = [];
  const wall = [];
  for (const room of rooms) {
    if (!matches(room, search)) continue;
    const trouble = troubleOf(room, session);
    const hand = room.presence === "wants_floor" || (room.hand_since !== "" && room.presence !== "has_floor");
    if (filter !== "all" && !(filter === "attention" ? trouble : (hand ? "wants_floor" : room.presence) === filter)) continue;
    if (hand) hands.push(room);
    else if (trouble) troubles.push({ room, trouble });
    else wall.push(room);
  }
  const order = session.open ? (room) => urgencyOnAir(room, session.floor) : urgency;
  troubles.sort((one, other) => order(one.room) - order(other.room)); // among equals the registry's order
  hands.sort((a, b) => a.hand_since.localeCompare(b.hand_since));
  return { hands, troubles, wall: grouped(wall) };
}

// The room on air stands first: it is the one the host looks for. Within a group the registry's order stays.
const GROUPS = ["has_floor", "receiving", "connected", "absent"];

/** Rooms by presence, each group after its heading: `{heading, count}` or `{room}`. */
function grouped(rooms) {
  const entries = [];
  for (const presence of GROUPS) {
    const group = rooms.filter((room) => room.presence === presence);
    if (group.length > 0 && presence !== "has_floor") entries.push({ heading: presence, count: group.length });
    for (const room of group) entries.push({ room });
  }
  return entries;
}

/** How many rooms are in each presence, and need attention; `present` of `all`. */
export function countsOf(rooms, session) {
  const counts = { all: 0, absent: 0, connected: 0, receiving: 0, wants_floor: 0, has_floor: 0, attention: 0 };
  for (const room of rooms) {
    counts.all += 1;
    counts[room.presence] += 1;
    if (troubleOf(room, session)) counts.attention += 1;
  }
  return { ...counts, present: counts.all - counts.absent };
}
