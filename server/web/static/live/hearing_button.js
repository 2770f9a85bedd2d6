// The one button by which a person chooses what to hear: there while an item is interpreted, and at no other time.

import { element, setAttribute, setHidden, setIcon, setText } from "./elements.js";
import { say } from "./words.js";

const ICONS = { original: "volume-2", interpretation: "languages", both: "headphones" };

/** Draws `hearing` (see hearing.js) on `button`. */
export function drawHearing(button, hearing) {
  const { choice, view } = hearing;
  setHidden(button, choice === "");
  if (choice === "") return;
  if (!button.querySelector("span")) button.append(element("span"), element("kbd", { text: "I" }));
  setIcon(button, view.heard ? ICONS[choice] : "languages");
  setText(button.querySelector("span"), say(view.heard ? `hearing.${choice}` : "hearing.unheard"));
  setAttribute(button, "data-choice", choice);
  setAttribute(button, "title", say("hearing.label"));
}
