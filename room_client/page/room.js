// A commune room's screen. Nobody stands at its keyboard: everything starts, comes back and explains itself
// alone, and one key (Enter, Space, or OK on a remote control) raises and lowers the hand.
//
// The camera runs from the start, for the room's own preview and so that being given the floor only replaces a
// track; it is sent, and the microphone with it, while the server says `has_floor` and at no other time. Only the
// microphone is sent while this room interprets.

import { setServerTime } from "../web/live/clock.js";
import { Devices } from "../web/live/devices.js";
import { part, setText } from "../web/live/elements.js";
import { Hearing, HEARING_KEYS } from "../web/live/hearing.js";
import { Held } from "../web/live/held.js";
import { icon } from "../web/live/icons.js";
import { LevelMeter, showLevel } from "../web/live/level.js";
import { Link } from "../web/live/link.js";
import { StageSound } from "../web/live/sound.js";
import { StageScreen } from "../web/live/stage.js";
import { say, sayAll } from "../web/live/words.js";
import { showCountdown } from "./card.js";
import { Enrolling } from "./enrolling.js";
import { readEntry, rememberDevice, rememberKey, remembered, takeEntry, wasEnrolledWith } from "./key.js";
import { draw, drawClock } from "./screen.js";
import { RollPanel } from "./roll.js";
import { soundIsHeard } from "./soundcheck.js";
import { SummonsPanel } from "./summons.js";
import { mayRaiseHand, viewOf } from "./view.js";
import { announce, announceInterpreting } from "./voice.js";

const HAND_KEYS = new Set(["Enter", " ", "Select", "Accept", "MediaPlayPause"]);
const MICROPHONE_KEYS = new Set(["m", "M", "ColorF2Yellow", "MicrophoneToggle"]);
const HAND_WAITS_MS = 4000;
const LINE_HOLDS_MS = 2000;

const devices = new Devices();
const sound = new StageSound();
const hearing = new Hearing(sound);
const screen = new StageScreen(part("stage"));
const meter = new LevelMeter((level) => showLevel(part("meter"), level));
const carried = new Held("", LINE_HOLDS_MS, refresh); // as LineView.layer

const summons = new SummonsPanel({
  ask: (event, body) => link.ask(event, body),
  send: (event, body) => link?.send(event, body),
  changed: refresh,
});

const roll = new RollPanel({ ask: (event, body) => link.ask(event, body), changed: refresh });

const enrolling = new Enrolling({ enrolled: onEnrolled, refused: openLink, changed: refresh });

let link = null;
let key = ""; // empty: as an enrolled device, if this browser is one
let stage = null;
let roomName = ""; // as the server said it last; kept when another screen takes the place
let ended = null;
let quality = "unknown";
let handWorking = null;
let asksFullScreen = true; // once, with the first key or click; Escape is respected afterwards

function currentView() {
  return viewOf({ isEnrolling: enrolling.isUnderWay, ended, stage });
}

function refresh() {
  const status = link?.status ?? { phase: "idle", media: false, signalling: false, tries: 0, refusal: null };
  draw({
    view: currentView(), stage, roomName, status, refusal: ended, devices, quality, screen, carried: carried.value,
    handWorking: handWorking !== null, soundBlocked: sound.blocked, hearing, entry: { key, said: enrolling.sentence },
  });
  summons.draw(currentView());
  roll.draw(currentView());
}

// --- the link --------------------------------------------------------------------------------------

function openLink() {
  link?.close();
  devices.start(); // let go of when another screen took the place
  ended = null;
  stage = null;
  hearing.take(null);
  summons.take([]);
  roll.take(null);
  link = new Link({ purpose: "room", key });
  link.addEventListener("stage", (event) => takeStage(event.detail));
  link.addEventListener("interpretation", (event) => {
    const before = hearing.view.interprets;
    hearing.take(event.detail);
    if (event.detail && before !== hearing.view.interprets) announceInterpreting(hearing.view.interprets);
  });
  link.addEventListener("summonses", (event) => {
    summons.take(event.detail);
    refresh();
  });
  link.addEventListener("roll", (event) => {
    roll.take(event.detail);
    refresh();
  });
  link.addEventListener("carried", (event) => carried.take(event.detail));
  link.addEventListener("slots", (event) => {
    carried.take(""); // of a new link nothing is known yet
    screen.take(event.detail);
    sound.play(event.detail);
  });
  link.addEventListener("reading", (event) => {
    quality = event.detail.quality;
    refresh();
  });
  let told = false;
  link.addEventListener("state", (event) => {
    const { signalling, phase } = event.detail;
    if (signalling && !told) tellDevices();
    if (phase === "lost" || phase === "connecting") quality = "unknown";
    told = signalling;
    hearing.setTold(signalling);
    refresh();
  });
  link.addEventListener("ended", (event) => {
    ended = event.detail;
    stage = null;
    hearing.take(null);
    publish();
    if (ended.code === "replaced") devices.stop(); // nobody speaks here now, and no light should say so
    refresh();
    if (currentView() === "key") part("key").focus();
  });
  link.open();
  refresh();
}

/** Goes by what the address or somebody said; by what is remembered, where that was nothing new. */
function enter(entry) {
  enrolling.stop();
  roomName = "";
  if (entry.key) rememberKey(entry.key);
  key = remembered().key || entry.key;
  if (!entry.code || wasEnrolledWith(entry.code)) return openLink();
  link?.close();
  enrolling.start(entry.code, part("device-name").value);
}

function onEnrolled(code) {
  rememberDevice(code);
  key = "";
  openLink();
}

function takeStage(view) {
  setServerTime(view.server_time);
  enrolling.stop(); // whatever was said of a code, this browser is in
  const before = stage;
  stage = view;
  roomName = view.room_name;
  if (before?.hand_raised !== view.hand_raised) endHandWork();
  hearing.setItem(view.item?.position ?? null);
  publish();
  announce(before, view);
  refresh();
}

function publish() {
  const onAir = stage?.has_floor ?? false;
  link?.publish("camera", onAir ? devices.track("camera") : null);
  link?.publish("microphone", onAir || hearing.view.interprets ? devices.track("microphone") : null);
}

function tellDevices() {
  const camera = devices.state("camera");
  const microphone = devices.state("microphone");
  if (camera !== "starting" && microphone !== "starting") link?.send("devices", { camera, microphone });
}

// --- the room's own acts -----------------------------------------------------------------------------

async function toggleHand() {
  if (!mayRaiseHand(stage) || handWorking !== null) return;
  handWorking = setTimeout(endHandWork, HAND_WAITS_MS);
  refresh();
  const refusal = await link.ask("hand", { raised: !stage.hand_raised });
  if (refusal) endHandWork();
}

function endHandWork() {
  clearTimeout(handWorking);
  handWorking = null;
  refresh();
}

function toggleMicrophone() {
  devices.switchOff("microphone", devices.state("microphone") !== "off");
}

async function goFullScreen() {
  if (document.fullscreenElement || !document.documentElement.requestFullscreen) return;
  await document.documentElement.requestFullscreen({ navigationUI: "hide" }).catch(() => undefined);
}

/** A TV must not go dark during the session; browsers give the lock only to a visible page. */
async function keepAwake() {
  if (document.visibilityState !== "visible") return;
  await navigator.wakeLock?.request("screen").catch(() => undefined);
}

async function checkSound() {
  const button = part("check-sound");
  button.setAttribute("aria-busy", "true");
  setText(button, say("room.check.sound.playing"));
  const heard = await soundIsHeard();
  button.removeAttribute("aria-busy");
  button.dataset.heard = String(heard);
  setText(button, say(heard ? "room.check.sound.heard" : "room.check.sound.unheard"));
}

// --- keys and clicks -----------------------------------------------------------------------------------

function onKey(event) {
  if (event.key === "Escape" && roll.isShown) return roll.toggle();
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest?.("input")) return;
  if (asksFullScreen && currentView() !== "key") {
    asksFullScreen = false;
    goFullScreen();
  }
  const onButton = event.target.closest?.("button");
  if (HAND_KEYS.has(event.key) && !onButton) {
    event.preventDefault();
    if (event.repeat) return;
    if (summons.isShown) summons.confirm();
    else toggleHand();
  } else if (summons.isShown && /^[1-9]$/.test(event.key)) summons.toggleOffice(Number(event.key));
  else if (MICROPHONE_KEYS.has(event.key)) toggleMicrophone();
  else if (HEARING_KEYS.has(event.key)) hearing.turn();
  else if (event.key === "p" || event.key === "P") roll.toggle();
  else if (event.key === "f" || event.key === "F") goFullScreen();
}

function listen() {
  window.addEventListener("keydown", onKey);
  window.addEventListener("click", (event) => {
    if (!asksFullScreen || currentView() === "key" || event.target.closest("form")) return;
    asksFullScreen = false;
    goFullScreen();
  });
  part("hand").addEventListener("click", (event) => {
    event.currentTarget.blur(); // Enter must go on meaning the hand, not "the last thing clicked"
    toggleHand();
  });
  part("microphone").addEventListener("click", (event) => {
    event.currentTarget.blur();
    toggleMicrophone();
  });
  part("hearing").addEventListener("click", (event) => {
    event.currentTarget.blur();
    hearing.turn();
  });
  part("full").addEventListener("click", (event) => {
    event.currentTarget.blur();
    goFullScreen();
  });
  part("check-sound").addEventListener("click", checkSound);
  part("card-button").addEventListener("click", openLink);
  part("key-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = readEntry(part("key").value);
    if (!typed.key && !typed.code) return setText(part("card-sentence"), say("room.key.empty"));
    enter(typed);
  });
  // A second address with another key or code, typed into the same window.
  window.addEventListener("hashchange", () => enter(takeEntry()));
  document.addEventListener("visibilitychange", keepAwake);
  window.addEventListener("pagehide", () => link?.close());
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) openLink();
  });
  sound.addEventListener("change", refresh);
  hearing.addEventListener("change", () => {
    publish();
    refresh();
  });
  devices.addEventListener("change", () => {
    const camera = devices.track("camera");
    screen.takeSelf(camera);
    meter.measure(devices.track("microphone"));
    showCheckPicture(camera);
    publish();
    tellDevices();
    refresh();
  });
}

function showCheckPicture(camera) {
  const picture = part("check-picture");
  if (picture.srcObject?.getTracks()[0] === camera) return;
  picture.muted = true;
  picture.srcObject = camera ? new MediaStream([camera]) : null;
  if (camera) picture.play().catch(() => undefined);
}

sayAll();
part("full").append(icon("maximize"));
setText(part("check-sound"), say("room.check.sound"));
listen();
drawClock();
setInterval(() => {
  drawClock();
  showCountdown(currentView(), stage);
}, 1000);
enter(takeEntry());
keepAwake();
