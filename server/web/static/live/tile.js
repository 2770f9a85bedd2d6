// One slot on the screen: its picture, its name, and what it says where there is no picture. A picture that stops for
// a reason of the line stays, as the last one that came, until the next one is there; it is never black in between.

import { element, setAttribute, setHidden, setText } from "./elements.js";
import { say } from "./words.js";

const STILL_MS = 4000; // documents, which change least, come at least once a second

export class Tile {
  #figure;
  #video = element("video", { playsinline: true });
  #last = element("canvas", { class: "tile-last", hidden: true });
  #caption = element("figcaption");
  #track = null;
  #frames = 0;
  #moved_ms = 0;

  constructor(name) {
    // Properties, not attributes: sound comes from sound.js alone.
    this.#video.muted = true;
    this.#video.autoplay = true;
    this.#video.setAttribute("data-testid", `video-${name}`);
    const waiting = element("p", { class: "tile-waiting", text: say("stage.waiting") });
    const only = element(
      "p", { class: "tile-sound-only", icon: "audio-lines" },
      element("strong", { text: say("stage.sound_only") }), element("span", { text: say("stage.sound_only.sentence") }),
    );
    const still = element("p", { class: "tile-still", icon: "pause" }, element("span", { text: say("stage.still") }));
    this.#figure = element(
      "figure", { class: "tile", "data-tile": name, hidden: true },
      this.#video, this.#last, waiting, only, still, this.#caption,
    );
    this.#video.addEventListener("loadeddata", () => this.#onPicture());
    this.#video.addEventListener("emptied", () => this.#markPicture());
  }

  get figure() {
    return this.#figure;
  }

  /** The track to be shown while the tile is; null lets go of it. */
  setTrack(track) {
    this.#track = track;
    this.#attach();
  }

  /** `place`: "large" or "side"; `order` among the tiles; `air`: this is what goes out. */
  show({ place, order, name, air }) {
    if (this.#caption.textContent !== name) this.#forgetLast(); // nobody's picture under another name
    setHidden(this.#figure, false);
    setAttribute(this.#figure, "data-place", place);
    setAttribute(this.#figure, "data-air", air);
    this.#figure.style.order = String(order);
    setText(this.#caption, name);
    this.#attach();
  }

  /** A hidden tile holds no stream: its last frame must not flash up under the name of the next speaker. */
  hide() {
    setHidden(this.#figure, true);
    this.#forgetLast();
    this.#attach();
  }

  /** Called about once a second while the page is in sight: notices a picture that has stopped. */
  lookForStillness() {
    const { totalVideoFrames } = this.#video.getVideoPlaybackQuality();
    const now_ms = performance.now();
    // A browser that counts no pictures at all knows nothing of stillness either.
    const unknown = totalVideoFrames === 0 || !this.#video.srcObject || document.hidden;
    if (totalVideoFrames !== this.#frames || unknown) this.#moved_ms = now_ms;
    this.#frames = totalVideoFrames;
    setAttribute(this.#figure, "data-still", now_ms - this.#moved_ms >= STILL_MS);
  }

  #attach() {
    const wanted = this.#figure.hidden ? null : this.#track;
    const [present] = this.#video.srcObject?.getTracks() ?? [];
    if (present === wanted || (!present && !wanted)) return;
    if (wanted && present) this.#keepLast();
    this.#video.srcObject = wanted ? new MediaStream([wanted]) : null;
    // Muted pictures may always start by themselves; a pending play is dropped with its stream.
    if (wanted) this.#video.play().catch(() => undefined);
  }

  #keepLast() {
    if (this.#video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return; // an older one may be there already
    this.#last.width = this.#video.videoWidth;
    this.#last.height = this.#video.videoHeight;
    this.#last.getContext("2d").drawImage(this.#video, 0, 0);
    setHidden(this.#last, false);
    this.#markPicture();
  }

  #forgetLast() {
    if (this.#last.hidden) return;
    setHidden(this.#last, true);
    this.#last.width = 0;
    this.#markPicture();
  }

  #onPicture() {
    this.#forgetLast();
    this.#markPicture();
  }

  /** data-picture: there is something to see; data-last: it is the last picture of before. */
  #markPicture() {
    const present = this.#video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
    setAttribute(this.#figure, "data-picture", present || !this.#last.hidden);
    setAttribute(this.#figure, "data-last", !present && !this.#last.hidden);
  }
}
