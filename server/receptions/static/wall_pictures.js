// The rooms' small pictures, asked for once a second while somebody can see them: one answer with what is new (see
// server/receptions/wall_pages.py). A picture is held as a blob in this page's memory, replaced by the next, and let go
// of when the server does not name its room any more; no cache and no file ever has one.

import { element, setAttribute } from "../web/live/elements.js";

const EVERY_MS = 1000;
const ANSWER_MS = 8000;
const PATIENCE_MS = 10_000; // without an answer: then what is shown is of the past, and goes
const SOURCE = "/receptions/wall/pictures";

export class WallPictures extends EventTarget {
  #rooms = new Map(); // code -> {version, url, level, quiet_s}
  #frames = new Map(); // code -> the element that shows it
  #at = "";
  #on = false;
  #timer = null;
  #answered_ms = 0;

  constructor() {
    super();
    document.addEventListener("visibilitychange", () => this.#resume());
  }

  get isOn() {
    return this.#on;
  }

  /** Whether the province looks at the rooms. Off: none is asked for a picture on behalf of this page. Event "switch". */
  switchOn(on) {
    if (this.#on === on) return;
    this.#on = on;
    if (!on) this.#clear();
    this.#resume();
    this.dispatchEvent(new Event("switch"));
  }

  /** A new element that shows the picture of this room from now on; the one made before shows it no more. */
  frame(code) {
    const made = element("span", { class: "small-picture", "data-picture": "none" }, element("img", { alt: "", hidden: true }), element("i"));
    this.#frames.set(code, made);
    this.#show(code);
    return made;
  }

  /** Seconds since sound was heard of this room, Infinity for never, null where nothing is known. */
  quiet_s(code) {
    const room = this.#rooms.get(code);
    if (!room || room.level === null) return null;
    return room.quiet_s ?? Infinity;
  }

  #resume() {
    clearTimeout(this.#timer);
    if (this.#on && document.visibilityState === "visible") this.#ask();
  }

  async #ask() {
    try {
      const answer = await fetch(`${SOURCE}?since=${this.#at}`, { cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS) });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      const bytes = new Uint8Array(await answer.arrayBuffer());
      if (this.#on) this.#take(bytes);
      this.#answered_ms = performance.now();
    } catch {
      // Asked again in a moment, whatever it was; the console says itself when the server is away.
      if (performance.now() - this.#answered_ms > PATIENCE_MS) this.#clear();
    }
    clearTimeout(this.#timer); // two may have been under way when the page was shown again
    if (this.#on && document.visibilityState === "visible") this.#timer = setTimeout(() => this.#ask(), EVERY_MS);
  }

  #take(bytes) {
    const line = bytes.indexOf(10);
    const { at, rooms } = JSON.parse(new TextDecoder().decode(bytes.subarray(0, line)));
    this.#at = at;
    let place = line + 1;
    const named = new Set();
    for (const [code, version, level, quiet_s, size] of rooms) {
      named.add(code);
      const room = this.#rooms.get(code) ?? { version: 0, url: "" };
      this.#rooms.set(code, Object.assign(room, { level, quiet_s }));
      if (size > 0) this.#replace(room, version, new Blob([bytes.subarray(place, place + size)], { type: "image/jpeg" }));
      else if (version === 0) this.#replace(room, 0, null);
      else if (version !== room.version) this.#at = ""; // it was let go of here: ask for everything again
      place += size;
      this.#show(code);
    }
    for (const code of this.#rooms.keys()) if (!named.has(code)) this.#forget(code);
    this.dispatchEvent(new Event("change"));
  }

  #replace(room, version, picture) {
    if (room.url) URL.revokeObjectURL(room.url); // what is on the screen stays until the next one is decoded
    room.url = picture ? URL.createObjectURL(picture) : "";
    room.version = version;
  }

  #forget(code) {
    this.#replace(this.#rooms.get(code), 0, null);
    this.#rooms.delete(code);
    this.#show(code);
  }

  #clear() {
    for (const code of [...this.#rooms.keys()]) this.#forget(code);
    this.#at = "";
    this.dispatchEvent(new Event("change"));
  }

  #show(code) {
    const frame = this.#frames.get(code);
    if (!frame) return;
    const room = this.#rooms.get(code);
    const image = frame.firstElementChild;
    setAttribute(frame, "data-picture", room?.url ? "there" : "none");
    if (room?.url) setAttribute(image, "src", room.url);
    else image.removeAttribute("src");
    image.hidden = !room?.url;
    setAttribute(frame, "data-level", room?.level ?? null);
    const level = String((room?.level ?? 0) / 100);
    if (frame.style.getPropertyValue("--level") !== level) frame.style.setProperty("--level", level);
  }
}
