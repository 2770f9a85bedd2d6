// The reviewer's player. The page works without it: the video has its own controls, chapters are links.

const data = JSON.parse(document.getElementById("player-data").textContent);
const { words } = data;
const player = document.querySelector("[data-player]");
const find = (name) => player.querySelector(`[data-${name}]`);
const video = find("video");
const track = find("track");
const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3];
const JUMP_S = 10;
const STEP_S = 5;
// Pressing "item before" within this time of a beginning means the one before that.
const JUST_BEGUN_S = 3;

const length = () => (Number.isFinite(video.duration) && video.duration > 0 ? video.duration : data.seconds);
const clamp = (second) => Math.min(Math.max(0, second), Math.max(0, length() - 0.05));

function clock(seconds) {
  const s = Math.floor(seconds);
  const rest = `${String(Math.floor((s % 3600) / 60)).padStart(s >= 3600 ? 2 : 1, "0")}:${String(s % 60).padStart(2, "0")}`;
  return s >= 3600 ? `${Math.floor(s / 3600)}:${rest}` : rest;
}

function inWords(seconds) {
  const s = Math.round(seconds);
  const parts = [
    [words.hours, Math.floor(s / 3600)],
    [words.minutes, Math.floor((s % 3600) / 60)],
    [words.seconds, s % 60],
  ].filter(([, n]) => n > 0);
  return (parts.length ? parts : [[words.seconds, 0]]).map(([word, n]) => fill(word, { n })).join(" ");
}

function fill(sentence, values) {
  return sentence.replace(/%\((\w+)\)s/g, (_all, name) => values[name]);
}

// --- where we are ------------------------------------------------------------------------------------

let wanted = null; // a second asked for, until the browser is there
let underWay = null; // the one the browser is seeking now
let shownSecond = -1;

const present = () => wanted ?? video.currentTime;
const at = (spans, second) => spans.findIndex((span) => second >= span.starts && second < span.ends);

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

const rows = {
  chapters: data.chapters.map((chapter) => span("chapters", chapter, chapter.name)),
  floor: data.floor.map((grant) => span("floor", grant, grant.name, grant.short)),
};
const listed = [...player.querySelectorAll("[data-chapter]")];

function span(row, { starts, ends }, name, short = name) {
  const element = document.createElement("span");
  element.textContent = short;
  element.title = `${name} · ${clock(starts)} – ${clock(ends)}`;
  element.style.left = `${(100 * starts) / data.seconds}%`;
  element.style.width = `${(100 * (ends - starts)) / data.seconds}%`;
  player.querySelector(`[data-row="${row}"]`).append(element);
  return element;
}

for (const seam of data.seams) {
  const element = document.createElement("span");
  element.style.left = `${(100 * seam.at) / data.seconds}%`;
  element.title = fill(words.missing, { length: inWords(seam.missing), reason: seam.reason });
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", `${clock(seam.at)}: ${element.title}`);
  player.querySelector('[data-row="seams"]').append(element);
}

function show() {
  const second = present();
  const whole = Math.floor(second);
  find("head").style.left = `${(100 * second) / length()}%`;
  if (whole === shownSecond) return;
  shownSecond = whole;
  find("clock").textContent = `${clock(second)} / ${clock(length())}`;

  const chapter = at(data.chapters, second);
  const floor = at(data.floor, second);
  rows.chapters.forEach((element, index) => element.toggleAttribute("data-present", index === chapter));
  rows.floor.forEach((element, index) => element.toggleAttribute("data-present", index === floor));
  listed.forEach((element) => {
    const here = Number(element.dataset.chapter) === chapter;
    if (here && element.getAttribute("aria-current") !== "true") {
      element.setAttribute("aria-current", "true");
      element.scrollIntoView({ block: "nearest" });
    } else if (!here) element.removeAttribute("aria-current");
  });
  const now = [chapter < 0 ? words.between : data.chapters[chapter].name, floor < 0 ? "" : data.floor[floor].name];
  const said = now.filter(Boolean).join(" · ");
  if (find("now").textContent !== said) find("now").textContent = said;
  track.setAttribute("aria-valuenow", whole);
  track.setAttribute("aria-valuetext", `${inWords(whole)}, ${said}`);
  history.replaceState(null, "", `?t=${whole}`);
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

// --- marks: they only mark; cutting a clip is another step ---------------------------------------------

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
}

async function copyAddress() {
  const address = new URL(location.href);
  address.search = `?t=${Math.floor(clip.from ?? present())}`;
  const said = find("copy-text");
  const before = said.textContent;
  try {
    await navigator.clipboard.writeText(address.href);
    said.textContent = words.copied;
  } catch {
    history.replaceState(null, "", address.search); // the address bar has it, to be copied by hand
    return;
  }
  setTimeout(() => (said.textContent = before), 2000);
}

// --- acts, by button and by key ------------------------------------------------------------------------

function play() {
  if (video.paused) video.play().catch(() => showPlaying());
  else video.pause();
}

function setSpeed(speed) {
  video.playbackRate = speed;
  find("speed").value = String(speed);
}

function faster() {
  if (video.paused) {
    setSpeed(1);
    play();
  } else setSpeed(SPEEDS[Math.min(SPEEDS.indexOf(video.playbackRate) + 1, SPEEDS.length - 1)] ?? 1);
}

const acts = {
  play,
  back: () => seek(present() - JUMP_S),
  on: () => seek(present() + JUMP_S),
  "chapter-back": () => jumpChapter(-1),
  "chapter-on": () => jumpChapter(1),
  mute: () => (video.muted = !video.muted),
  full: () => (document.fullscreenElement ? document.exitFullscreen() : find("video").parentElement.requestFullscreen()),
  copy: copyAddress,
  unmark: () => {
    clip.from = clip.to = null;
    showClip();
  },
};

const keys = {
  " ": play,
  k: play,
  j: acts.back,
  l: faster,
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
  if (on.matches("input, select, textarea") || (event.key === " " && on.closest("button, a, summary"))) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const act = keys[event.shiftKey && key.startsWith("Arrow") ? `Shift+${key}` : key];
  if (!act) return;
  event.preventDefault();
  act();
});

find("speed").addEventListener("change", (event) => setSpeed(Number(event.target.value)));

// --- the strip -----------------------------------------------------------------------------------------

function secondAt(event) {
  const box = track.getBoundingClientRect();
  return clamp((length() * (event.clientX - box.left)) / box.width);
}

track.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  track.setPointerCapture(event.pointerId);
  seek(secondAt(event));
});
track.addEventListener("pointermove", (event) => {
  const hover = find("hover");
  const second = secondAt(event);
  const chapter = at(data.chapters, second);
  hover.hidden = false;
  hover.style.left = `${(100 * second) / length()}%`;
  hover.textContent = [clock(second), chapter < 0 ? "" : data.chapters[chapter].name].filter(Boolean).join(" · ");
  if (track.hasPointerCapture(event.pointerId)) seek(second);
});
track.addEventListener("pointerleave", () => (find("hover").hidden = true));

// --- the video -----------------------------------------------------------------------------------------

video.addEventListener("loadedmetadata", () => {
  track.setAttribute("aria-valuemax", Math.floor(length()));
  wanted ??= clamp(Number(video.dataset.startsAt));
  go();
});
video.addEventListener("seeked", () => {
  if (wanted === underWay) wanted = null;
  go();
  show();
});
video.addEventListener("timeupdate", show);
for (const name of ["play", "pause", "ended"]) video.addEventListener(name, showPlaying);
video.addEventListener("volumechange", showSound);
video.addEventListener("click", play);
video.addEventListener("error", () => {
  find("broken").textContent = words.broken;
  find("broken").hidden = false;
});

video.controls = false;
for (const part of ["bar", "strip", "foot"]) find(part).hidden = false;
wanted = clamp(Number(video.dataset.startsAt));
show();
showPlaying();
go();
if (video.error) video.dispatchEvent(new Event("error"));
