// Whether the open camera and microphone give anything, all the while they are open: a room says "good" of neither that
// is black, frozen or mute, and need not wait for its next check to hear of it.
//
// It is stricter than the check (preflight/): what says so for hours must not be wrong. A sensor never gives the very
// same picture twice, and no room is so quiet that ten seconds of it hold not one sample other than zero, even behind
// noise suppression.

import { audioContext } from "../web/live/level.js";
import { judgePicture } from "./preflight/picture.js";
import { SmallGrey } from "./preflight/small_grey.js";

const LOOK_MS = 2000;
const PICTURES = 6;
const MEASURES = 125; // of the level meter, twelve a second: ten seconds, or more where the browser slows its timers

export class Living {
  #devices;
  #video;
  #grey = new SmallGrey();
  #pictures = [];
  #silent = 0;

  /** `video`: plays the camera, shown or not. */
  constructor({ devices, video }) {
    this.#devices = devices;
    this.#video = video;
    if (!devices.isElsewhere) setInterval(() => this.#look(), LOOK_MS);
  }

  /** `peak`: of some samples of the microphone, as LevelMeter says. */
  hear(peak) {
    const listens = gives(this.#devices.track("microphone")) && audioContext().state === "running";
    this.#silent = peak > 0 || !listens ? 0 : this.#silent + 1;
    if (!listens) return;
    if (this.#silent === 0) this.#devices.setLifeless("microphone", "");
    else if (this.#silent >= MEASURES) this.#devices.setLifeless("microphone", "silent");
  }

  #look() {
    const plays = this.#video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && !this.#video.paused;
    if (document.hidden || !plays || !gives(this.#devices.track("camera"))) {
      this.#pictures = [];
      return;
    }
    this.#pictures = [...this.#pictures, this.#grey.take(this.#video)].slice(-PICTURES);
    if (this.#pictures.length === PICTURES) this.#devices.setLifeless("camera", lifeless(this.#pictures));
  }
}

/** "silent": it gives no picture; "frozen": always the same one; "": it lives. */
export function lifeless(pictures) {
  if (judgePicture(pictures) === "black") return "silent";
  return pictures.every((picture) => picture.every((value, at) => value === pictures[0][at])) ? "frozen" : "";
}

const gives = (track) => track?.readyState === "live" && track.enabled && !track.muted;
