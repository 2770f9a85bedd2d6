// The wall of whoever has no console: the server's words for each line (as on the page of the lines), and the room's
// picture. Rooms in trouble stand first, as the server orders them; those that are not there stand last, having none.

import { keyedChildren, setAttribute, setHidden, setText } from "../web/live/elements.js";
import { matches, plain } from "./console_room_order.js";
import { WallPictures } from "./wall_pictures.js";

const EVERY_MS = 2000;
const PATIENCE = 3; // answers that may be missing before the page says so

const part = (name, inside = document) => inside.querySelector(`[data-part="${name}"]`);
const wall = part("wall");
const pictures = new WallPictures();
let lines = [];
let missed = 0;

function made({ code }) {
  const tile = part("tile").content.querySelector("li").cloneNode(true);
  tile.prepend(pictures.frame(code));
  return tile;
}

function change(tile, line) {
  for (const name of ["name", "district", "sentence"]) setText(part(name, tile), line[name]);
  setHidden(part("on-air", tile), !line.has_floor);
  tile.classList.toggle("trouble", line.trouble);
  if (tile.dataset.quality === line.quality) return;
  setAttribute(tile, "data-quality", line.quality);
  const icon = document.querySelector(`template[data-icon="${line.quality}"]`);
  part("icon", tile).replaceChildren(...(icon ? [icon.content.cloneNode(true)] : []));
}

function draw() {
  const search = plain(part("search").value);
  const found = lines.filter((line) => matches(line, search));
  const there = ({ quality }) => quality !== "absent";
  keyedChildren(wall, [...found.filter(there), ...found.filter((line) => !there(line))], ({ code }) => code, made, change);
  setHidden(part("none"), found.length > 0);
}

async function refresh() {
  try {
    const answer = await fetch(wall.dataset.source, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(5000) });
    if (answer.status === 401) return location.reload(); // the login has ended: the server shows where to log in
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const view = await answer.json();
    for (const name of ["troubles", "connected", "all", "at"]) setText(part(name), String(view[name]));
    ({ lines } = view);
    draw();
    missed = 0;
  } catch {
    missed += 1;
  }
  setHidden(part("stale"), missed < PATIENCE);
  setTimeout(refresh, EVERY_MS);
}

for (const tile of wall.children) tile.prepend(pictures.frame(tile.dataset.key));
part("search").addEventListener("input", draw);
pictures.switchOn(true);
refresh();
