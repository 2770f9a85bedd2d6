// The room's small picture for the province (PROTOCOL.md, `wall` and `picture`): made only while the province looks and
// the camera is on anyway, so a room that rests sends none. While it is sent the bar says so.
//
// It is taken from the camera as the computer shows it: nothing of it goes over the stage or into the recording.

const WIDTH = 160;
const HEIGHT = 90;
const MOST_BYTES = 5000;
const QUALITIES = [0.7, 0.5, 0.3, 0.15, 0.05]; // almost every room fits with the first
const EVERY_MS = 10_000;
const EVERY_ON_AIR_MS = 2000; // that nobody hears the microphone has to show while somebody speaks
const FIRST_WITHIN_MS = 2000; // all rooms are looked at in one moment, and need not answer in one
const SETTLES_MS = 400; // a camera that was changed shows black first
const AGAIN_MS = 1200; // the server takes one a second

export class SeenPicture {
  #devices;
  #video;
  #ask;
  #changed;
  #canvas = null;
  #seen = false;
  #attends = false;
  #onAir = false;
  #level = 0;
  #timer = null;
  #sent_ms = -Infinity;
  #isSending = false;

  /** `video`: an element that plays the camera, shown or not; `ask(event, body)`: as Link; `changed()`: draw again. */
  constructor({ devices, video, ask, changed }) {
    this.#devices = devices;
    this.#video = video;
    this.#ask = ask;
    this.#changed = changed;
  }

  /** Whether pictures of this room go to the province now. */
  get isSeen() {
    return this.#seen && this.#attends;
  }

  /** As the server said; false while there is no connection. */
  take(seen) {
    this.#become(() => (this.#seen = seen));
  }

  setAttends(attends) {
    this.#become(() => (this.#attends = attends));
  }

  setOnAir(onAir) {
    this.#onAir = onAir;
  }

  /** How loud the microphone is now, 0 to 1. */
  hear(level) {
    this.#level = Math.max(this.#level, level);
  }

  /** Camera, hand or floor changed: the next picture is due. */
  touch() {
    if (this.isSeen) this.#plan(SETTLES_MS);
  }

  #become(change) {
    const before = this.isSeen;
    change();
    if (before === this.isSeen) return;
    clearTimeout(this.#timer);
    this.#level = 0;
    if (this.isSeen) this.#plan(Math.random() * FIRST_WITHIN_MS);
    this.#changed();
  }

  #plan(within_ms) {
    clearTimeout(this.#timer);
    const soonest_ms = this.#sent_ms + AGAIN_MS - performance.now();
    this.#timer = setTimeout(() => this.#send(), Math.max(within_ms, soonest_ms));
  }

  async #send() {
    if (this.#isSending || !this.isSeen || this.#devices.isElsewhere) return; // who has the camera sends it
    this.#isSending = true;
    this.#plan(this.#onAir ? EVERY_ON_AIR_MS : EVERY_MS);
    try {
      const jpeg = await this.#take();
      if (!this.isSeen) return; // the item was closed meanwhile
      if (jpeg === "" && this.#hasPicture()) return this.#plan(AGAIN_MS); // it is starting
      this.#sent_ms = performance.now();
      const level = this.#devices.state("microphone") === "ok" ? Math.round(this.#level * 100) : null;
      this.#level = 0;
      const refusal = await this.#ask("picture", { jpeg, level });
      if (refusal?.code === "bad_message") this.take(false); // a server of before
    } finally {
      this.#isSending = false;
    }
  }

  /** One that stands still is one, too: the province sees what stands still there. */
  #hasPicture() {
    return this.#devices.state("camera") === "ok" || this.#devices.reason("camera") === "frozen";
  }

  /** The JPEG in base64; empty where there is no picture. */
  async #take() {
    const video = this.#video;
    if (!this.#hasPicture() || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return "";
    this.#canvas ??= new OffscreenCanvas(WIDTH, HEIGHT);
    const context = this.#canvas.getContext("2d", { alpha: false });
    const scale = Math.min(WIDTH / video.videoWidth, HEIGHT / video.videoHeight);
    const [width, height] = [video.videoWidth * scale, video.videoHeight * scale];
    context.fillRect(0, 0, WIDTH, HEIGHT);
    context.drawImage(video, (WIDTH - width) / 2, (HEIGHT - height) / 2, width, height);
    for (const quality of QUALITIES) {
      const blob = await this.#canvas.convertToBlob({ type: "image/jpeg", quality });
      if (blob.size <= MOST_BYTES) return btoa(String.fromCharCode(...new Uint8Array(await blob.arrayBuffer())));
    }
    return "";
  }
}
