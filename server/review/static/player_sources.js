// Programme or one isolated or late source: files on the same time axis, so that the position is kept.

import { data, fill, find, player, words } from "./player_data.js";
import { tell } from "./player_report.js";

const LOOK_EVERY_MS = 1000;
const select = find("source"); // not there where nothing was recorded for itself
const names = ["", ...Object.keys(data.isolated)];

let chosen = ""; // what is asked for
let choice = 0; // the last one counts, whatever is still on its way
let shown = ""; // what plays: the programme goes on until the other one is there

export const shownSource = () => shown;
export const chosenSource = () => chosen;
const nameOf = (name) => (name ? data.isolated[name].name : words.source_programme);
const inside = (spans, second) => spans.some(([starts, ends]) => second >= starts && second < ends);

/** Of the address a link or a file has; the programme's is the plain one. */
export const withSource = (address, name) => (name ? `${address}${address.includes("?") ? "&" : "?"}source=${name}` : address);

/** What is said in place of a picture that is not there at this second; empty where it is. */
export function noPictureAt(second) {
  const source = data.isolated[shown];
  if (!source || inside(source.pictures, second)) return "";
  const none = source.late ? words.late_none : words.source_none;
  return fill(inside(source.missing, second) ? words.source_missing : none, { source: source.name });
}

function say(sentence) {
  find("source-said").textContent = sentence;
  find("source-said").hidden = !sentence;
}

/** Resolves with true when the file is there; false where it cannot be made, or another choice was made meanwhile. */
async function isThere(name, mine) {
  for (;;) {
    let copy = { stage: "waiting", share: 0 };
    try {
      copy = (await (await fetch(withSource(player.dataset.prepared, name))).json()).copy;
    } catch {
      // the server is being restarted; asked again
    }
    if (choice !== mine) return false;
    if (copy.stage === "ready") return true;
    say(fill(words[`source_${copy.stage}`], { source: nameOf(name), share: Math.round(100 * copy.share) }));
    if (copy.stage === "failed") return false;
    await new Promise((again) => setTimeout(again, LOOK_EVERY_MS));
  }
}

/** `play(address)` shows another file at the second where the one before it is. */
export async function choose(name, play) {
  if (!select || !names.includes(name)) return;
  const mine = ++choice;
  select.value = chosen = name;
  if (name === shown) {
    say("");
    return;
  }
  const there = !name || (await isThere(name, mine));
  const answer = there && (await fetch(withSource(player.dataset.pass, name)).catch(() => null));
  if (choice !== mine) return;
  if (!answer?.ok) {
    select.value = chosen = shown; // why is said already
    return;
  }
  say("");
  tell(true);
  shown = name;
  play((await answer.json()).media);
}

export const next = (play) => choose(names[(names.indexOf(chosen) + 1) % names.length], play);

export function startSources(play) {
  if (!select) return;
  select.addEventListener("change", () => choose(select.value, play));
  if (select.dataset.chosen) choose(select.dataset.chosen, play);
}
