// What each key of a keyboard or a remote control does in the room. Enter, the space bar and OK are the hand.

import { HEARING_KEYS } from "../web/live/hearing.js";

const OK_KEYS = new Set(["Select", "Accept"]); // of remote controls; browsers do not press buttons with them
const HAND_KEYS = new Set(["Enter", " ", "MediaPlayPause", ...OK_KEYS]);
const MICROPHONE_KEYS = new Set(["m", "M", "ColorF2Yellow", "MicrophoneToggle"]);
const DEVICE_KEYS = new Set(["d", "D", "ColorF1Green"]);

/** `acts`: {hand(), microphone(), touched()}; the others are the page's own. `mayFill()`: the screen may be filled. */
export function listenToKeys({ acts, summons, roll, panel, hearing, fullScreen, mayFill }) {
  const onKey = (event) => {
    if (event.key === "Escape" && roll.isShown) return roll.toggle();
    if (panel.isShown && panel.takesKey(event)) return event.preventDefault();
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest?.("input")) return;
    if (mayFill()) fullScreen.begin();
    const button = event.target.closest?.("button");
    if (button && OK_KEYS.has(event.key)) button.click();
    else if (HAND_KEYS.has(event.key) && !button) {
      event.preventDefault();
      if (event.repeat) return;
      if (summons.isShown) summons.confirm();
      else acts.hand();
    } else if (summons.isShown && /^[1-9]$/.test(event.key)) summons.toggleOffice(Number(event.key));
    else if (MICROPHONE_KEYS.has(event.key)) acts.microphone();
    else if (DEVICE_KEYS.has(event.key)) panel.toggle();
    else if (HEARING_KEYS.has(event.key)) hearing.turn();
    else if (event.key === "p" || event.key === "P") roll.toggle();
    else if (event.key === "f" || event.key === "F") fullScreen.go();
  };
  for (const event of ["keydown", "pointerdown"]) window.addEventListener(event, () => acts.touched(), true);
  window.addEventListener("keydown", onKey);
  window.addEventListener("click", (event) => {
    if (mayFill() && !event.target.closest("form")) fullScreen.begin();
  });
}
