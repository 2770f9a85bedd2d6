// How the console shows the wall: with small pictures or by names alone, beside the stage or over it. Remembered for
// this computer.

import { element, part, setAttribute, setIcon, setText } from "../web/live/elements.js";
import { say } from "../web/live/words.js";

const REMEMBERED = "tiepdan.wall";

/** `pictures`: WallPictures. Puts the two buttons into the head of the rooms; key W opens the wall wide. */
export function offerWall(pictures) {
  const kept = remembered();
  const shown = button("wall-pictures", () => pictures.switchOn(!pictures.isOn));
  const wide = button("wall-wide", () => widen(!isWide()));
  part("rooms-tools").append(shown, wide);

  function widen(on) {
    setAttribute(document.body, "data-wall-wide", on);
    draw();
  }

  function draw() {
    const { isOn } = pictures;
    setAttribute(document.body, "data-wall-pictures", isOn);
    setAttribute(shown, "aria-pressed", String(isOn));
    setAttribute(wide, "aria-pressed", String(isWide()));
    setIcon(shown, "layout-grid");
    setIcon(wide, isWide() ? "minimize" : "maximize");
    name(shown, say(isOn ? "wall.pictures.off" : "wall.pictures.on"), say("wall.pictures"));
    name(wide, say(isWide() ? "wall.narrow" : "wall.wide"), say(isWide() ? "wall.narrow.short" : "wall.wide.short"));
    localStorage.setItem(REMEMBERED, JSON.stringify({ pictures: isOn }));
  }

  pictures.addEventListener("switch", draw);
  window.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, select, textarea, dialog[open]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "w" || event.key === "W") widen(!isWide());
    else if (event.key === "Escape" && isWide()) widen(false);
  });
  pictures.switchOn(kept.pictures);
  draw();
}

const isWide = () => document.body.hasAttribute("data-wall-wide");

function button(testid, click) {
  return element("button", { type: "button", "data-testid": testid, on: { click } }, element("span"));
}

function name(target, sentence, word) {
  setText(target.querySelector("span"), word);
  setAttribute(target, "title", sentence);
}

function remembered() {
  try {
    return { pictures: JSON.parse(localStorage.getItem(REMEMBERED))?.pictures ?? true };
  } catch {
    return { pictures: true };
  }
}
