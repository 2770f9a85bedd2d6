// The line in words, for the bar: what it carries where that is less than all, else how good it is.

import { say } from "../web/live/words.js";

const TONES = { good: "good", weak: "needs", bad: "needs", unknown: "absent" };
const CARRIED_ICONS = { m: "signal-medium", l: "signal-low", none: "audio-lines" };

/** {icon, words, tone}. `status`: see link.js; `quality`: see line.js; `carried`: LineView.layer. */
export function lineSign({ status, quality, carried }) {
  if (status.restoring) return { icon: "wifi-off", words: say("line.restoring"), tone: "needs" };
  if (status.phase === "lost") return { icon: "wifi-off", words: say("line.lost"), tone: "needs" };
  if (status.phase === "resting") return { icon: "wifi", words: say("line.resting"), tone: "good" };
  if (status.phase !== "connected") return { icon: "wifi", words: say("line.unknown"), tone: TONES.unknown };
  if (carried in CARRIED_ICONS) return { icon: CARRIED_ICONS[carried], words: say(`line.carried.${carried}`), tone: "needs" };
  return { icon: "wifi", words: say(`line.${quality}`), tone: TONES[quality] };
}
