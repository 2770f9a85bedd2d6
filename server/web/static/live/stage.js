// The stage on a screen: the slots as tiles, one of them large. The room's page and the console show the same
// stage with the same rules, so that the host sees what rooms see.
//
// What is shown is decided by `stageTiles`, from the server's word alone; a slot whose source has not begun yet
// keeps its place with its name, so the picture does not jump when it comes.

import { element, setAttribute, setHidden, setText } from "./elements.js";
import { say } from "./words.js";

const TILES = ["document", "floor", "desk", "self"];

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
  #tracks = new Map();

  /** Builds the tiles inside `root` (class "stage", see live.css). */
  constructor(root) {
    this.#root = root;
    for (const name of TILES) {
      const video = element("video", { playsinline: true, "data-testid": `video-${name}` });
      // Properties, not attributes: sound comes from sound.js alone.
      video.muted = true;
      video.autoplay = true;
      const caption = element("figcaption");
      const waiting = element("p", { class: "tile-waiting", text: say("stage.waiting") });
      const figure = element("figure", { class: "tile", "data-tile": name, hidden: true }, video, waiting, caption);
      this.#tiles.set(name, { figure, video, caption });
      for (const event of ["loadeddata", "emptied"]) video.addEventListener(event, () => markPicture(figure, video));
      root.append(figure);
    }
  }

  /** Connects the video slots of a link. */
  take(slots) {
    for (const name of ["document", "floor", "desk"]) this.#setTrack(name, slots.get(`video ${name}`) ?? null);
  }

  /** Lets go of all pictures but the room's own. */
  clear() {
    for (const name of ["document", "floor", "desk"]) this.#setTrack(name, null);
  }

  /** The room's own camera, or null. */
  takeSelf(track) {
    this.#setTrack("self", track);
  }

  /** Shows these tiles (see stageTiles), the first one large. */
  show(tiles) {
    setAttribute(this.#root, "data-tiles", String(Math.min(tiles.length, 4)));
    setAttribute(this.#root, "data-large", tiles[0]?.tile ?? "none");
    for (const [name, { figure, caption }] of this.#tiles) {
      const place = tiles.findIndex(({ tile }) => tile === name);
      setHidden(figure, place < 0);
      this.#attach(name);
      if (place < 0) continue;
      setAttribute(figure, "data-place", place === 0 ? "large" : "side");
      setAttribute(figure, "data-air", tiles[place].air ?? false);
      figure.style.order = String(place);
      setText(caption, tiles[place].name);
    }
  }

  #setTrack(name, track) {
    this.#tracks.set(name, track);
    this.#attach(name);
  }

  /** A hidden tile holds no stream: its last frame must not flash up under the name of the next speaker. */
  #attach(name) {
    const { figure, video } = this.#tiles.get(name);
    const wanted = figure.hidden ? null : (this.#tracks.get(name) ?? null);
    const [present] = video.srcObject?.getTracks() ?? [];
    if (present === wanted || (!present && !wanted)) return;
    video.srcObject = wanted ? new MediaStream([wanted]) : null;
    // Muted pictures may always start by themselves; a pending play is dropped with its stream.
    if (wanted) video.play().catch(() => undefined);
  }
}

function markPicture(figure, video) {
  setAttribute(figure, "data-picture", video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA);
}
