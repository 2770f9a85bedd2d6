// The check of the room on its card: its own picture, and one button that looks, listens and is heard, and says in
// words what to do where something is wrong.

import { element, part, setHidden, setText } from "../web/live/elements.js";
import { say } from "../web/live/words.js";
import { runPreflight } from "./preflight/run.js";

/** `devices`: the room's Devices. */
export function offerCheck(devices) {
  const button = part("check-room");
  const results = part("check-results");
  setText(button, say("preflight.start"));
  button.addEventListener("click", async () => {
    if (button.hasAttribute("aria-busy")) return;
    button.setAttribute("aria-busy", "true");
    setText(button, say("preflight.running"));
    const microphone = devices.track("microphone")?.getSettings().deviceId;
    const { picture, sound, speaker } = await runPreflight({ video: part("check-picture"), microphone });
    const lines = [["picture", picture, "moving"], ["sound", sound, "good"], ["speaker", speaker, "heard"]];
    results.replaceChildren(...lines.map((line) => lineOf(...line)));
    setHidden(results, false);
    button.removeAttribute("aria-busy");
    setText(button, say("preflight.again"));
    part("voice").textContent = results.textContent;
  });
}

function lineOf(what, verdict, good) {
  const isGood = verdict === good;
  return element(
    "li", { class: "sign", "data-tone": isGood ? "good" : "needs", "data-check": what, "data-verdict": verdict, icon: isGood ? "circle-check" : "triangle-alert" },
    element("span", { text: say(`preflight.${what}.${verdict}`) }),
  );
}

/** `camera`: a track, or null. */
export function showCheckPicture(camera) {
  const picture = part("check-picture");
  if (picture.srcObject?.getTracks()[0] === camera) return;
  picture.muted = true;
  picture.srcObject = camera ? new MediaStream([camera]) : null;
  if (camera) picture.play().catch(() => undefined);
}
