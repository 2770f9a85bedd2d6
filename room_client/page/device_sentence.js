// What is wrong with the room's devices, in one sentence that names what to plug in; "" when all is well.

import { deviceTrouble } from "../web/live/devices.js";
import { say } from "../web/live/words.js";

export function deviceSentence(devices, speaker) {
  if (devices.isElsewhere) return devices.sentence || (speaker.away ? say("devices.speaker.away", { name: speaker.away }) : "");
  for (const name of ["camera", "microphone"]) {
    const away = devices.away(name);
    if (away && devices.state(name) === "missing") return say(`devices.${name}.away.missing`, { name: away });
  }
  const trouble = deviceTrouble(devices);
  if (trouble) return say(trouble);
  for (const name of ["camera", "microphone"]) if (devices.away(name)) return say(`devices.${name}.away`, { name: devices.away(name) });
  return speaker.away ? say("devices.speaker.away", { name: speaker.away }) : "";
}
