// The reviewer's player. The page works without it: the video has its own controls, chapters are links.

import { startCaptions, turnCaptions } from "./player_captions.js";
import { at, clamp, clock, data, fill, find, inWords, length, player, video, withheldAt, words } from "./player_data.js";
import { bookmark, cancel, startNotes, undo, write } from "./player_notes.js";
import { report } from "./player_report.js";
import { chosenSource, next, noPictureAt, shownSource, startSources, withSource } from "./player_sources.js";
import { saidAt, showMoment, startStrip } from "./player_strip.js";
import { startWatermark } from "./watermark.js";

const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2];
const JUMP_S = 10;
const STEP_S = 5;
const LONG_JUMP_S = 60;
// Pressing "item before" within this time of a beginning means the one before that.
const JUST_BEGUN_S = 3;

// --- where we are ------------------------------------------------------------------------------------

let wanted = null; // a second asked for, until the browser is there
let underWay = null; // the one the browser is seeking now
let shownSecond = -1;

const present = () => wanted ?? video.currentTime;

function seek(second) {
  wanted = clamp(second);
  go();
  show();
}

/** One seek at a time: a finger on the strip asks for many, only the last one matters. */
function go() {
  if (video.readyState === 0 || video.seeking || wanted === null) return;
  underWay = wanted;
  video.currentTime = wanted;
}

function jumpChapter(direction) {
  const second = present();
  const starts = data.chapters.map((chapter) => chapter.starts);
  if (direction > 0) {
    const next = starts.find((start) => start > second + 0.5);
    if (next !== undefined) seek(next);
    return;
  }
  const before = starts.filter((start) => start < second - JUST_BEGUN_S);
  seek(before.length ? before[before.length - 1] : 0);
}

// --- what is shown -----------------------------------------------------------------------------------

const listed = [...player.querySelectorAll("[data-chapter]")];

function show() {
  const second = present();
  const whole = Math.floor(second);
  find("head").style.left = `${(100 * second) / length()}%`;
  if (whole === shownSecond) return;
  shownSecond = whole;
  find("clock").textContent = `${clock(second)} / ${clock(length())}`;

  const chapter = at(data.chapters, second);
  listed.forEach((element) => {
    const here = Number(element.dataset.chapter) === chapter;
    if (here && element.getAttribute("aria-current") !== "true") {
      element.setAttribute("aria-current", "true");
      element.scrollIntoView({ block: "nearest" });
    } else if (!here) element.removeAttribute("aria-current");
  });
  const said = saidAt(second);
  if (find("now").textContent !== said) find("now").textContent = said;
  find("withheld-card").hidden = !withheldAt(second);
  showNoPicture(second);
  showMoment(second, said);
  history.replaceState(null, "", withSource(`?t=${whole}`, chosenSource()));
}

function showNoPicture(second) {
  const sentence = withheldAt(second) ? "" : noPictureAt(second);
  find("no-picture").hidden = !sentence;
  if (find("no-picture-text").textContent !== sentence) find("no-picture-text").textContent = sentence;
}

function showPlaying() {
  const button = player.querySelector('[data-act="play"]');
  find("icon-play").hidden = !video.paused;
  find("icon-pause").hidden = video.paused;
  button.setAttribute("aria-label", video.paused ? words.play : words.pause);
}

function showSound() {
  const button = player.querySelector('[data-act="mute"]');
  find("icon-sound").hidden = video.muted;
  find("icon-mute").hidden = !video.muted;
  button.setAttribute("aria-pressed", String(video.muted));
  button.setAttribute("aria-label", video.muted ? words.unmute : words.mute);
}

// --- marks: they only mark; a clip is asked for on a page of its own ---------------------------------------------

const clip = { from: null, to: null };

function mark(end) {
  clip[end] = present();
  if (clip.from !== null && clip.to !== null && clip.to <= clip.from) clip[end === "from" ? "to" : "from"] = null;
  showClip();
}

function showClip() {
  const { from, to } = clip;
  const marked = from !== null || to !== null;
  find("clip-line").hidden = !marked;
  find("clip-span").hidden = !marked;
  if (!marked) return;
  const start = from ?? 0;
  const end = to ?? start;
  find("clip-span").style.left = `${(100 * start) / length()}%`;
  find("clip-span").style.width = `${(100 * (end - start)) / length()}%`;
  find("clip-text").textContent =
    to === null
      ? fill(words.clip_open, { start: clock(start) })
      : fill(words.clip, { start: clock(start), end: clock(to), length: inWords(to - start) });
  const make = document.querySelector("[data-clip-make]"); // not there without the right
  if (!make) return;
  make.hidden = to === null;
  make.search = `?from=${start.toFixed(3)}&to=${Math.min(end, length()).toFixed(3)}`;
}

async function copyAddress() {
  const address = new URL(location.href);
  address.search = withSource(`?t=${Math.floor(clip.from ?? present())}`, chosenSource());
  const said = find("copy-text");
  const before = said.textContent;
  try {
    await navigator.clipboard.writeText(address.href);
    said.textContent = words.copied;
  } catch {
    history.replaceState(null, "", address.search);
    said.textContent = words.copied_by_hand;
  }
  setTimeout(() => (said.textContent = before), 2000);
}

// --- acts, by button and by key ------------------------------------------------------------------------

function play() {
  if (video.paused) video.play().catch(() => showPlaying());
  else video.pause();
}

function setSpeed(speed) {
  video.defaultPlaybackRate = video.playbackRate = speed; // the former is what another file begins with
  find("speed").value = String(speed);
}

function changeSpeed(by) {
  const index = SPEEDS.indexOf(video.playbackRate) + by;
  setSpeed(SPEEDS[Math.min(Math.max(0, index), SPEEDS.length - 1)]);
}

// How long one picture is shown; learnt while playing, because rooms send 10 to 30 a second.
let pictureS = 1 / 25;
let lastPicture = null;

function learnPictures(_now, { mediaTime }) {
  const between = mediaTime - lastPicture;
  if (lastPicture !== null && between > 0.01 && between < 0.2) pictureS = between;
  lastPicture = mediaTime;
  video.requestVideoFrameCallback(learnPictures);
}

function stepPicture(direction) {
  video.pause();
  seek(present() + direction * pictureS);
}

const acts = {
  play,
  back: () => seek(present() - JUMP_S),
  on: () => seek(present() + JUMP_S),
  "chapter-back": () => jumpChapter(-1),
  "chapter-on": () => jumpChapter(1),
  captions: turnCaptions,
  mute: () => (video.muted = !video.muted),
  full: () => (document.fullscreenElement ? document.exitFullscreen() : find("video").parentElement.requestFullscreen()),
  copy: copyAddress,
  keys: () => find("keys").showModal(),
  note: () => write(present()),
  "note-cancel": cancel,
  "note-undo": undo,
  unmark: () => {
    clip.from = clip.to = null;
    showClip();
  },
};

const keys = {
  " ": play,
  k: play,
  j: acts.back,
  l: acts.on,
  c: copyAddress,
  n: acts.note,
  b: () => bookmark(present()),
  "?": acts.keys,
  "-": () => changeSpeed(-1),
  "+": () => changeSpeed(1),
  "=": () => changeSpeed(1),
  ",": () => stepPicture(-1),
  ".": () => stepPicture(1),
  PageUp: () => seek(present() - LONG_JUMP_S),
  PageDown: () => seek(present() + LONG_JUMP_S),
  v: () => next(playFile),
  t: acts.captions,
  m: acts.mute,
  f: acts.full,
  ArrowLeft: () => seek(present() - STEP_S),
  ArrowRight: () => seek(present() + STEP_S),
  "Shift+ArrowLeft": acts["chapter-back"],
  "Shift+ArrowRight": acts["chapter-on"],
  Home: () => seek(0),
  End: () => seek(length()),
  "[": () => mark("from"),
  "]": () => mark("to"),
};

player.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (button) acts[button.dataset.act]();
  const jump = event.target.closest("a.chapter-jump");
  if (jump) {
    event.preventDefault();
    seek(data.chapters[Number(jump.closest("li").dataset.chapter)].starts);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const on = event.target;
  if (find("keys").open || on.matches("input, select, textarea") || (event.key === " " && on.closest("button, a, summary"))) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const act = keys[event.shiftKey && key.startsWith("Arrow") ? `Shift+${key}` : key];
  if (!act) return;
  event.preventDefault();
  act();
});

find("speed").addEventListener("change", (event) => setSpeed(Number(event.target.value)));

// --- the video -----------------------------------------------------------------------------------------

video.addEventListener("loadedmetadata", () => {
  find("track").setAttribute("aria-valuemax", Math.floor(length()));
  wanted ??= clamp(Number(video.dataset.startsAt));
  go();
});
video.addEventListener("seeked", () => {
  if (wanted === underWay) wanted = null;
  go();
  show();
});
video.addEventListener("timeupdate", () => {
  if (video.readyState === 0) return; // another file is being opened
  const span = withheldAt(video.currentTime);
  if (span && !video.paused && !video.seeking && span[1] < length() - 1) seek(span[1]);
  show();
});
for (const name of ["play", "pause", "ended"]) video.addEventListener(name, showPlaying);
video.addEventListener("volumechange", showSound);
video.addEventListener("click", play);

// A pass ends after two hours, or when what may be watched changes: another one is asked for, once.
let asked = false;

/** Another file of the same time axis: it goes on at this second, and plays where this one did. */
function playFile(address) {
  const playing = !video.paused;
  wanted = present();
  shownSecond = -1;
  video.src = address;
  show();
  if (playing) video.play().catch(showPlaying);
}

async function goOn() {
  if (!asked) {
    asked = true;
    try {
      const answer = await fetch(withSource(player.dataset.pass, shownSource()));
      if (answer.ok) {
        playFile((await answer.json()).media);
        return;
      }
    } catch {
      // said below
    }
  }
  find("broken").textContent = words.broken;
  find("broken").hidden = false;
}

video.addEventListener("error", goOn);
video.addEventListener("canplay", () => (asked = false));

startWatermark(find("watermark"));

video.controls = false;
for (const part of ["bar", "strip", "foot"]) find(part).hidden = false;
wanted = clamp(Number(video.dataset.startsAt));
show();
showPlaying();
go();
startStrip(seek);
startNotes(seek);
startSources(playFile);
startCaptions();
report(() => withSource(player.dataset.report, shownSource()));
if ("requestVideoFrameCallback" in video) video.requestVideoFrameCallback(learnPictures);
if (video.error) goOn();
