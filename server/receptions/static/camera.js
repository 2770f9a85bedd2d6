// The desk's camera computer: one page that sends the desk's picture and sound, and says in words whether it does.
// Sending starts by itself: this page is opened for nothing else, and comes back alone after a power cut.

import { Devices, deviceTrouble } from "../web/live/devices.js";
import { element, part, setAttribute, setHidden, setIcon, setText } from "../web/live/elements.js";
import { LevelMeter, showLevel } from "../web/live/level.js";
import { Link } from "../web/live/link.js";
import { refusalSentence, say, sayAll } from "../web/live/words.js";
import { DeviceChoice } from "./device_choice.js";

// Opened with ?interpreter it is the interpreter's own computer at the desk: it sends sound alone, and not as the desk's.
const INTERPRETS = new URLSearchParams(location.search).has("interpreter");
const SOURCES = INTERPRETS ? { microphone: "interpretation" } : { camera: "camera", microphone: "microphone" };
const TONES = { good: "good", weak: "needs", bad: "needs", unknown: "absent" };

const devices = new Devices();
const link = new Link({ purpose: "desk" });
const level = new LevelMeter((value) => showLevel(part("meter"), value));
const choice = new DeviceChoice();

let wanted = true; // by the person
let over = false; // the reception: nothing is sent, the devices are let go, until there is another one
let quality = "unknown";
let named = false; // the desk, as interpreter
let open = false; // the reception: before it rooms get nothing, whatever is sent here

function refresh() {
  const { phase } = link.status;
  const live = isWanted() && phase === "connected" && devices.track(INTERPRETS ? "microphone" : "camera") !== null;
  setAttribute(document.body, "data-link", phase);
  setAttribute(document.body, "data-publishing", live);
  setAttribute(document.body, "data-on-air", live && isTaken());
  drawMark(live);
  mark(part("toggle"), wanted ? "video-off" : "video", say(wanted ? "publish.stop" : "publish.start"));
  part("toggle").classList.toggle("primary", !wanted);
  setAttribute(document.body, "data-over", over);
  for (const name of ["camera", "microphone"]) {
    const device = devices.state(name);
    const icons = name === "camera" ? ["video", "video-off"] : ["mic", "mic-off"];
    const good = device === "ok";
    mark(part(name), icons[good ? 0 : 1], say(`${name}.${good && live ? "sending" : device}`), good ? "good" : device === "starting" ? "absent" : "needs");
  }
  mark(part("line"), "wifi", say(`line.${phase === "connected" ? quality : "unknown"}`), TONES[phase === "connected" ? quality : "unknown"]);
  const muted = devices.state("microphone") === "off";
  mark(part("microphone-toggle"), muted ? "mic" : "mic-off", say(muted ? "room.microphone.on" : "room.microphone.off"));
  drawBanner(link.status);
}

function drawMark(live) {
  if (over) mark(part("mark"), "flag", say("room.ended.title"), "absent");
  else if (live && isTaken()) mark(part("mark"), "radio", say(INTERPRETS ? "camera.page.interpreter.live" : "camera.page.live"), "live");
  else if (live) mark(part("mark"), "circle-check", say(INTERPRETS ? "camera.page.interpreter.ready" : "camera.page.ready"), "good");
  else mark(part("mark"), "circle-off", say(isWanted() ? "camera.page.waiting" : "camera.page.off"), "absent");
}

function drawBanner({ phase, tries, refusal, restoring }) {
  const counted = Math.max(1, tries);
  let sentence = "";
  if (phase === "ended") sentence = refusalSentence(refusal);
  else if (refusal) sentence = say("link.refused", { sentence: refusalSentence(refusal), tries: counted });
  else if (restoring) sentence = say("link.restoring");
  else if (phase === "lost") sentence = say("link.lost", { tries: counted });
  else if (phase === "connecting" && tries > 0) sentence = say("link.connecting.tries", { tries });
  else if (over) sentence = say("publish.ended");
  else if (deviceTrouble(devices)) sentence = say(deviceTrouble(devices));
  mark(part("banner"), sentence === say("publish.ended") ? "flag" : "triangle-alert", sentence);
  setHidden(part("banner"), sentence === "");
}

function mark(target, sign, words, tone) {
  if (!target.querySelector("span")) target.append(element("span"));
  setIcon(target, sign);
  setText(target.querySelector("span"), words);
  if (tone) setAttribute(target, "data-tone", tone);
}

const isWanted = () => wanted && !over;
const isTaken = () => (INTERPRETS ? named : open);

function publish() {
  for (const [device, source] of Object.entries(SOURCES)) link.publish(source, isWanted() ? devices.track(device) : null);
}

function setOver(now) {
  if (now === over) return;
  over = now;
  if (over) {
    choice.withdraw();
    devices.stop();
  } else startDevices();
  publish();
}

async function startDevices() {
  await devices.start();
  if (!over) await choice.offer(devices);
}

function showPreview() {
  const camera = INTERPRETS ? null : devices.track("camera");
  const preview = part("preview");
  if (preview.srcObject?.getTracks()[0] === camera) return;
  preview.srcObject = camera ? new MediaStream([camera]) : null;
  if (camera) preview.play().catch(() => undefined);
}

if (INTERPRETS) {
  for (const target of document.querySelectorAll("[data-say^='camera.page.']")) {
    target.dataset.say = target.dataset.say.replace("camera.page.", "camera.page.interpreter.");
  }
}
sayAll();
setHidden(part("camera"), INTERPRETS);
part("preview").muted = true;
part("choice").append(choice.root);
part("toggle").addEventListener("click", () => {
  wanted = !wanted;
  if (link.status.phase === "ended") link.open();
  publish();
  refresh();
});
part("microphone-toggle").addEventListener("click", () => {
  devices.switchOff("microphone", devices.state("microphone") !== "off");
});
devices.addEventListener("change", () => {
  showPreview();
  level.measure(devices.track("microphone"));
  publish();
  refresh();
});
link.addEventListener("stage", (event) => {
  open = event.detail.reception_state === "open";
  setOver(event.detail.reception_state === "ended");
  refresh();
});
link.addEventListener("interpretation", (event) => {
  named = event.detail?.interprets ?? false;
  refresh();
});
link.addEventListener("state", refresh);
link.addEventListener("ended", refresh);
link.addEventListener("reading", (event) => {
  quality = event.detail.quality;
  refresh();
});
window.addEventListener("pagehide", () => link.close());
window.addEventListener("pageshow", (event) => {
  if (event.persisted) link.open();
});
refresh();
link.open();
startDevices();
