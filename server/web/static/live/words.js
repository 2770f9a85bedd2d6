// What the live pages say. The texts stand in words/, by subject, Vietnamese and English side by side so that neither
// is forgotten. The language is the page's (<html lang>), set by the server. A sentence of a refusal comes from the
// server (server/web/wording.py); the few here are those only a browser can know, and a last resort.

import console from "./words/console.js";
import desk from "./words/desk.js";
import devices from "./words/devices.js";
import help from "./words/help.js";
import interpretation from "./words/interpretation.js";
import link from "./words/link.js";
import preflight from "./words/preflight.js";
import recording from "./words/recording.js";
import room from "./words/room.js";
import rooms from "./words/rooms.js";
import summons from "./words/summons.js";
import wall from "./words/wall.js";

const WORDS = { ...console, ...desk, ...devices, ...help, ...interpretation, ...link, ...preflight, ...recording, ...room, ...rooms, ...summons, ...wall };

export const language = document.documentElement.lang === "en" ? "en" : "vi";
const PLACE = language === "en" ? 1 : 0;

/** The text for `key` with its `{places}` filled in. An unknown key is shown as it is: a mistake to be seen. */
export function say(key, parts = {}) {
  const text = WORDS[key]?.[PLACE] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in parts ? String(parts[name]) : whole));
}

/** True if there is a text for `key`. */
export const hasWords = (key) => key in WORDS;

/** The sentence of a refusal: the server's own, or the page's for what only a browser can say. */
export function refusalSentence(refusal) {
  if (refusal?.text) return refusal.text;
  const key = `refusal.${refusal?.code ?? "no_answer"}`;
  return hasWords(key) ? say(key) : say("refusal.other", { code: refusal.code });
}

/**
 * The sentence for a RecordingLight's `alarm`: sentences of the server, then a code of the recorder, either may be
 * missing. A code is never shown as it is; "" if there is nothing to say: an empty stage is no alarm, the light
 * says that it waits for a picture.
 */
export function recordingAlarm(alarm) {
  const [, sentence, code] = /^(.*?)((?<=^|\. )[a-z_]+)?$/su.exec(alarm);
  const known = `recording.alarm.${code}`;
  const words = code && code !== "no_media" && say(hasWords(known) ? known : "recording.alarm.other");
  return [sentence.trim(), words && say("recording.alarm", { alarm: words })].filter(Boolean).join(" ");
}

/** Fills every element that has data-say (text), data-say-label (aria-label) or data-say-placeholder. */
export function sayAll(root = document) {
  for (const target of root.querySelectorAll("[data-say]")) target.textContent = say(target.dataset.say);
  for (const target of root.querySelectorAll("[data-say-label]")) {
    target.setAttribute("aria-label", say(target.dataset.sayLabel));
  }
  for (const target of root.querySelectorAll("[data-say-placeholder]")) {
    target.placeholder = say(target.dataset.sayPlaceholder);
  }
}
