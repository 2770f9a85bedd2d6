// The stage on a screen: the slots as tiles, one of them large. The room's page and the console show the same
// stage with the same rules, so that the host sees what rooms see.
//
// What is shown is decided by `stageTiles`, from the server's word alone; a slot whose source has not begun yet
// keeps its place with its name, so the picture does not jump when it comes.

import { setAttribute } from "./elements.js";
import { Tile } from "./tile.js";
import { say } from "./words.js";

const FROM_THE_LINE = ["document", "floor", "desk"];
const LOOK_MS = 1000;

/**
 * Which tiles are shown, the first of them large: `[{tile, name, air}]`.
 * `view`: {document, floor: {name} or null, desk, self: "" | "next" | "onair"}.
 */
export function stageTiles(view) {
  const tiles = [];
  if (view.document) tiles.push({ tile: "document", name: say("room.document") });
  // On air, this room sees the desk it speaks to, and itself from its own camera: its floor picture would come
  // back late and distract.
  if (view.floor && view.self !== "onair") tiles.push({ tile: "floor", name: view.floor.name, air: true });
  if (view.desk) tiles.push({ tile: "desk", name: say("room.desk") });
  if (view.self) tiles.push({ tile: "self", name: say("room.self"), air: view.self === "onair" });
  return tiles;
}

export class StageScreen {
  #root;
  #tiles = new Map();

  /** Builds the tiles inside `root` (class "stage", see live.css). */
  constructor(root) {
    this.#root = root;
    for (const name of [...FROM_THE_LINE, "self"]) {
      const tile = new Tile(name);
      this.#tiles.set(name, tile);
      root.append(tile.figure);
    }
    setInterval(() => this.#lookForStillness(), LOOK_MS);
  }

  /** Connects the video slots of a link. */
  take(slots) {
    for (const name of FROM_THE_LINE) this.#tiles.get(name).setTrack(slots.get(`video ${name}`) ?? null);
  }

  /** What the line carries of the pictures (LineView.layer): of "none" the tiles say that there is only sound. */
  setCarried(layer) {
    setAttribute(this.#root, "data-carried", layer);
  }

  /** The room's own camera, or null. */
  takeSelf(track) {
    this.#tiles.get("self").setTrack(track);
  }

  /** Shows these tiles (see stageTiles), the first one large. */
  show(tiles) {
    setAttribute(this.#root, "data-tiles", String(Math.min(tiles.length, 4)));
    setAttribute(this.#root, "data-large", tiles[0]?.tile ?? "none");
    for (const [name, tile] of this.#tiles) {
      const order = tiles.findIndex((one) => one.tile === name);
      if (order < 0) tile.hide();
      else tile.show({ order, place: order === 0 ? "large" : "side", name: tiles[order].name, air: tiles[order].air ?? false });
    }
  }

  #lookForStillness() {
    for (const name of FROM_THE_LINE) this.#tiles.get(name).lookForStillness();
  }
}
