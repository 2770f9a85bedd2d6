// Captions over the picture: off until somebody wants them, and wanted again the next time. While they are being made
// the page says how far that is.

import { fill, find, player, video, words } from "./player_data.js";

const LOOK_AGAIN_MS = 5_000;
const KEPT = "captions";
const made = video.querySelector("[data-captions]");
const button = player.querySelector('[data-act="captions"]');

function show(wanted) {
  made.track.mode = wanted ? "showing" : "disabled";
  button.setAttribute("aria-pressed", String(wanted));
}

export function turnCaptions() {
  if (!made) return;
  const wanted = made.track.mode !== "showing";
  localStorage.setItem(KEPT, wanted ? "on" : "");
  show(wanted);
}

/** A page that has them now has them with the next visit: what plays is not disturbed. */
async function tellHowFar(line) {
  try {
    const answer = await fetch(line.dataset.captionsAt);
    const { stage, share } = await answer.json();
    const sentence = words[`captions_${stage}`];
    line.textContent = sentence ? fill(sentence, { share: Math.round(100 * share) }) : "";
    if (stage === "ready" || stage === "failed" || stage === "none") return;
  } catch {
    // the server is away for a moment
  }
  setTimeout(() => tellHowFar(line), LOOK_AGAIN_MS);
}

export function startCaptions() {
  if (made) show(localStorage.getItem(KEPT) === "on");
  const line = find("captions-text");
  if (line.dataset.captionsAt) tellHowFar(line);
}
