// What was really played and sought, told to the server in batches. Nothing is told of what was only shown standing.

import { send, video } from "./player_data.js";

const EVERY_MS = 10_000;
const MOST = 100; // the server takes no more at once

let acts = [];
let playing = null; // [from, to]
let before = 0; // where the player was last
let left = null; // where it was when a seek began
let address = () => ""; // of what plays now

function close() {
  if (playing && playing[1] > playing[0]) acts.push(["played", ...playing.map((second) => Number(second.toFixed(1)))]);
  playing = null;
}

/** `leaving`: the page, or what plays for another source. */
export function tell(leaving = false) {
  if (leaving) close();
  else if (playing) {
    const second = playing[1];
    close();
    playing = [second, second];
  }
  const batch = acts.splice(0, MOST);
  if (batch.length) send(address(), batch, { keepalive: true }).catch(() => (acts = [...batch, ...acts].slice(0, 10 * MOST)));
}

export function report(addressNow) {
  address = addressNow;
  video.addEventListener("playing", () => (playing ??= [video.currentTime, video.currentTime]));
  video.addEventListener("timeupdate", () => {
    const second = video.currentTime;
    if (video.readyState === 0) return; // another file is being opened
    if (video.seeking || left !== null) return; // it is told before "seeked", too, with the new second
    // However big the step is: it played on while this page was held up. A jump is told by "seeking" first.
    if (playing && second > playing[1]) playing[1] = second;
    before = second;
  });
  video.addEventListener("pause", close);
  video.addEventListener("seeking", () => {
    close();
    left ??= before;
  });
  video.addEventListener("seeked", () => {
    const second = video.currentTime;
    if (left !== null && Math.abs(second - left) > 0.5) acts.push(["sought", Number(left.toFixed(1)), Number(second.toFixed(1))]);
    before = second;
    left = null;
    if (!video.paused) playing = [second, second];
  });
  setInterval(tell, EVERY_MS);
  addEventListener("pagehide", () => tell(true));
  document.addEventListener("visibilitychange", () => document.hidden && tell());
}
