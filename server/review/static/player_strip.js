// The strip under the picture, drawn from what was stored while the reception was held.

import { at, clamp, clock, data, fill, find, inWords, length, percent, player, withheldAt, words } from "./player_data.js";

const track = find("track");
const LOOK_EVERY_MS = 3000;
const row = (name) => player.querySelector(`[data-row="${name}"]`);

const rows = {
  chapters: data.chapters.map((chapter) => span("chapters", chapter, chapter.name)),
  floor: data.floor.map((grant) => span("floor", grant, grant.name, grant.short)),
};

function span(name, { starts, ends }, words_, short = words_) {
  const element = document.createElement("span");
  element.textContent = short;
  element.title = `${words_} · ${clock(starts)} – ${clock(ends)}`;
  element.style.left = percent(starts);
  element.style.width = percent(ends - starts);
  row(name).append(element);
  return element;
}

function drawSeams() {
  for (const [starts, ends] of data.withheld) span("withheld", { starts, ends }, words.withheld, (ends - starts) / data.seconds > 0.08 ? words.withheld : "");
  for (const seam of data.seams) {
    const element = document.createElement("span");
    element.style.left = percent(seam.at);
    element.toggleAttribute("data-closed", seam.closed);
    element.title = fill(words.missing, { length: inWords(seam.missing), reason: seam.reason });
    element.setAttribute("role", "img");
    element.setAttribute("aria-label", `${clock(seam.at)}: ${element.title}`);
    row("seams").append(element);
  }
  for (const loss of data.losses) {
    const element = span("seams", loss, `${loss.name} (${inWords(loss.ends - loss.starts)})`, "");
    element.toggleAttribute("data-partial", true);
    element.setAttribute("role", "img");
    element.setAttribute("aria-label", `${clock(loss.starts)}: ${element.title}`);
  }
}

function drawFound() {
  for (const second of data.found) {
    const element = document.createElement("span");
    element.style.left = percent(second);
    row("found").append(element);
  }
}

// --- rooms: how many were connected, and which --------------------------------------------------------

const there = (room, second) => room.spans.some(([starts, ends]) => second >= starts && second < ends);

function drawRooms() {
  const svg = find("rooms");
  const steps = data.rooms.flatMap((room) => room.spans.flatMap(([starts, ends]) => [[starts, 1], [ends, -1]]));
  steps.sort((one, other) => one[0] - other[0]);
  svg.setAttribute("viewBox", `0 0 ${data.seconds} ${Math.max(1, data.rooms.length)}`);
  let connected = 0;
  const top = () => data.rooms.length - connected;
  let path = `M0 ${data.rooms.length}`;
  for (const [second, change] of steps) {
    path += `L${second} ${top()}`;
    connected += change;
    path += `L${second} ${top()}`;
  }
  const area = document.createElementNS("http://www.w3.org/2000/svg", "path");
  area.setAttribute("d", `${path}L${data.seconds} ${top()}L${data.seconds} ${data.rooms.length}Z`);
  svg.append(area);
}

function showRooms(second) {
  if (!data.rooms.length) return;
  const absent = data.rooms.filter((room) => !there(room, second)).map((room) => room.name);
  const line = find("rooms-now");
  line.textContent = fill(words.rooms, { n: data.rooms.length - absent.length, all: data.rooms.length });
  line.title = absent.length ? fill(words.absent, { names: absent.join(", ") }) : words.all_there;
}

// --- the moment, and the pointer ----------------------------------------------------------------------

export function showMoment(second, said) {
  const chapter = at(data.chapters, second);
  const floor = at(data.floor, second);
  rows.chapters.forEach((element, index) => element.toggleAttribute("data-present", index === chapter));
  rows.floor.forEach((element, index) => element.toggleAttribute("data-present", index === floor));
  track.setAttribute("aria-valuenow", Math.floor(second));
  track.setAttribute("aria-valuetext", `${inWords(Math.floor(second))}, ${said}`);
  showRooms(second);
}

export function saidAt(second) {
  if (withheldAt(second)) return words.withheld;
  const chapter = at(data.chapters, second);
  const floor = at(data.floor, second);
  return [chapter < 0 ? words.between : data.chapters[chapter].name, floor < 0 ? "" : data.floor[floor].name].filter(Boolean).join(" · ");
}

function secondAt(event) {
  const box = track.getBoundingClientRect();
  return clamp((length() * (event.clientX - box.left)) / box.width);
}

function hover(event) {
  const second = secondAt(event);
  const box = find("hover");
  const chapter = at(data.chapters, second);
  const name = withheldAt(second) ? words.withheld : chapter < 0 ? "" : data.chapters[chapter].name;
  box.hidden = false;
  find("hover-text").textContent = [clock(second), name].filter(Boolean).join(" · ");
  const inside = track.getBoundingClientRect().width;
  const half = box.offsetWidth / 2;
  box.style.left = `${Math.min(Math.max((inside * second) / length(), half), inside - half)}px`;
  showThumbnail(second);
}

// --- thumbnails ----------------------------------------------------------------------------------------

const { step, columns, width, height } = data.thumbnails;
const thumbnail = find("thumbnail");

function showThumbnail(second) {
  const number = Math.floor(second / step);
  thumbnail.style.backgroundPosition = `-${(number % columns) * width}px -${Math.floor(number / columns) * height}px`;
}

async function lookForThumbnails() {
  let standing;
  try {
    standing = (await (await fetch(player.dataset.prepared)).json()).thumbnails;
  } catch {
    standing = { stage: "waiting", share: 0 }; // the server is being restarted; asked again
  }
  const text = find("thumbnails-text");
  text.textContent = standing.stage === "ready" ? "" : fill(words[`thumbnails_${standing.stage}`], { share: Math.round(100 * standing.share) });
  if (standing.stage === "ready") {
    thumbnail.style.backgroundImage = `url("${player.dataset.thumbnails}")`;
    thumbnail.style.width = `${width}px`;
    thumbnail.style.height = `${height}px`;
    thumbnail.hidden = false;
  } else if (standing.stage !== "failed") setTimeout(lookForThumbnails, LOOK_EVERY_MS);
}

export function startStrip(seek) {
  drawSeams();
  drawFound();
  drawRooms();
  track.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    track.setPointerCapture(event.pointerId);
    seek(secondAt(event));
  });
  track.addEventListener("pointermove", (event) => {
    hover(event);
    if (track.hasPointerCapture(event.pointerId)) seek(secondAt(event));
  });
  track.addEventListener("pointerleave", () => (find("hover").hidden = true));
  lookForThumbnails();
}
