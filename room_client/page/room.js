// A commune room's screen. Nobody stands at its keyboard: everything starts, comes back and explains itself
// alone, and one key (Enter, Space, or OK on a remote control) raises and lowers the hand.
//
// Between receptions it rests: no camera, no microphone, no link, only signalling, by which it learns when to be there
// (attending.js). From then on the camera runs, for the room's own preview and so that being given the floor only
// replaces a track; it is sent, and the microphone with it, while the server says `has_floor` and at no other time.
// Only the microphone is sent while this room interprets.

import { serverNow, setServerTime } from "../web/live/clock.js";
import { ChosenDevices } from "../web/live/chosen_devices.js";
import { Devices } from "../web/live/devices.js";
import { part, setText } from "../web/live/elements.js";
import { Hearing } from "../web/live/hearing.js";
import { Held } from "../web/live/held.js";
import { icon } from "../web/live/icons.js";
import { LevelMeter, showLevel } from "../web/live/level.js";
import { Link } from "../web/live/link.js";
import { StageSound } from "../web/live/sound.js";
import { Speaker } from "../web/live/speaker.js";
import { StageScreen } from "../web/live/stage.js";
import { say, sayAll } from "../web/live/words.js";
import { ToldDevices, isAppliance } from "./appliance.js";
import { isNeeded } from "./attending.js";
import { Awake } from "./awake.js";
import { showCountdown } from "./card.js";
import { RoomCheck, showCheckPicture } from "./check.js";
import { BACK, DevicePanel } from "./device_panel.js";
import { Enrolling } from "./enrolling.js";
import { FullScreen } from "./full_screen.js";
import { Help, helpCard } from "./help.js";
import { readEntry, rememberDevice, rememberKey, remembered, takeEntry, wasEnrolledWith, whyNoCode } from "./key.js";
import { listenToKeys } from "./keys.js";
import { Living } from "./living.js";
import { draw, drawClock } from "./screen.js";
import { RollPanel } from "./roll.js";
import { SeenPicture } from "./seen.js";
import { SummonsPanel } from "./summons.js";
import { mayReload, Upgrade } from "./upgrade.js";
import { mayRaiseHand, viewOf } from "./view.js";
import { announce, announceInterpreting } from "./voice.js";

const HAND_WAITS_MS = 4000;
const LINE_HOLDS_MS = 2000;
const HANDS_OFF_MS = 60_000;
const CHECK_MS = 300_000; // long enough to look for a cable; then the light goes out again

const chosen = new ChosenDevices("tiepdan.room");
const devices = isAppliance() ? new ToldDevices() : new Devices(chosen);
const sound = new StageSound();
const speaker = new Speaker(chosen, sound.sinks);
const hearing = new Hearing(sound);
const fullScreen = new FullScreen();
const screen = new StageScreen(part("stage"));
const meter = new LevelMeter((level, peak) => {
  showLevel(part("meter"), level);
  seen.hear(level);
  living.hear(peak);
});
const carried = new Held("", LINE_HOLDS_MS, refresh); // as LineView.layer

const summons = new SummonsPanel({
  ask: (event, body) => link.ask(event, body),
  send: (event, body) => link?.send(event, body),
  changed: refresh,
});

const roll = new RollPanel({ ask: (event, body) => link.ask(event, body), changed: refresh });

const seen = new SeenPicture({
  devices, video: part("check-picture"), changed: refresh,
  ask: (event, body) => link.ask(event, body),
});

const living = new Living({ devices, video: part("check-picture") });

const panel = new DevicePanel({ devices, speaker, changed: refresh, opened: () => attends || toggleCheck() });

const check = new RoomCheck({
  devices,
  request: (event, body, within_ms) => link.request(event, body, within_ms),
  servers: () => link.servers,
  switchOn: () => checkUntil(serverNow() + CHECK_MS),
  switchOff: () => checkUntil(touched_ms > self_check_ms ? checks_until_ms : 0), // somebody came and looks on
});

document.body.append(helpCard());
const help = new Help({
  devices,
  answer: (body) => link?.send("helped", body),
  isDisturbable: () => !check.isRunning && mayReload({ stage, interprets: hearing.view.interprets, busy: false, mute: false }),
  check: checkNow,
});

const awake = new Awake(refresh);

const upgrade = new Upgrade(document.body.dataset.page, () =>
  mayReload({ stage, interprets: hearing.view.interprets, busy: isBusy(), mute: sound.wasBlocked }),
);

const enrolling = new Enrolling({ enrolled: onEnrolled, refused: openLink, changed: refresh });

let link = null;
let key = ""; // empty: as an enrolled device, if this browser is one
let stage = null;
let schedule = null; // a ScheduleView
let attends = false; // camera, microphone and link are on
let checks_until_ms = 0; // on the server's clock
let roomName = ""; // as the server said it last; kept when another screen takes the place
let ended = null;
let quality = "unknown";
let handWorking = null;
let self_check_ms = 0; // when the devices were switched on for a check
let touched_ms = -HANDS_OFF_MS; // when somebody in the room last did anything

function currentView() {
  return viewOf({ isEnrolling: enrolling.isUnderWay, ended, stage });
}

function refresh() {
  seen.setAttends(attends && !check.isAlone);
  const status = link?.status ?? { phase: "idle", media: false, signalling: false, tries: 0, refusal: null };
  draw({
    view: currentView(), stage, schedule, attends, checks: checks_until_ms > serverNow(), awake, upgrade, speaker, roomName, status, refusal: ended, devices, quality, screen, carried: carried.value,
    isSeen: seen.isSeen, handWorking: handWorking !== null, soundBlocked: sound.blocked, hearing, entry: { key, said: enrolling.sentence },
  });
  summons.draw(currentView());
  roll.draw(currentView());
  panel.draw(currentView());
}

// --- the link --------------------------------------------------------------------------------------

function openLink() {
  link?.close();
  ended = null;
  stage = null;
  schedule = null;
  hearing.take(null);
  summons.take([]);
  roll.take(null);
  const place = devices.isElsewhere ? { purpose: "watch", screen: true } : { purpose: "room" };
  link = new Link({ ...place, key, rests: !attends });
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
  link.addEventListener("schedule", (event) => {
    schedule = event.detail;
    attend();
    refresh();
  });
  link.addEventListener("checks", (event) => check.take(event.detail));
  link.addEventListener("software", (event) => {
    upgrade.take(event.detail.page);
    refresh();
  });
  link.addEventListener("help", (event) => help.take(event.detail));
  link.addEventListener("wall", (event) => seen.take(event.detail.seen));
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
    if (!signalling) seen.take(false);
    refresh();
  });
  link.addEventListener("ended", (event) => {
    ended = event.detail;
    stage = null;
    hearing.take(null);
    publish();
    attends = false;
    seen.setAttends(false);
    devices.stop(); // nobody speaks here now, and no light should say so
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
  part("key").value = ""; // it was good once; after a revocation it would lie in the way of the next
  openLink();
}

function takeStage(view) {
  setServerTime(view.server_time);
  enrolling.stop(); // whatever was said of a code, this browser is in
  const before = stage;
  stage = view;
  check.setOpen(stage.reception_state === "open");
  roomName = view.room_name;
  if (before?.hand_raised !== view.hand_raised) endHandWork();
  hearing.setItem(view.item?.position ?? null);
  attend();
  publish();
  seen.setOnAir(view.has_floor);
  if (before?.has_floor !== view.has_floor || before?.hand_raised !== view.hand_raised) seen.touch();
  announce(before, view);
  refresh();
}

/** Begins and ends to attend, by what is known at this moment. */
function attend() {
  const needed = isNeeded({ stage, schedule, checks_until_ms }, serverNow());
  if (needed === null || needed === attends) return;
  attends = needed;
  if (attends) {
    devices.start();
    link.wake();
    awake.keep();
  } else {
    link.rest();
    devices.stop();
  }
  refresh();
}

/** Somebody looks after the room's devices, or has done so. */
function toggleCheck() {
  const goesOn = checks_until_ms > serverNow();
  if (goesOn) check.stop();
  checkUntil(goesOn ? 0 : serverNow() + CHECK_MS);
}

function checkUntil(moment_ms) {
  if (moment_ms > checks_until_ms) self_check_ms = performance.now();
  checks_until_ms = moment_ms;
  attend();
  refresh();
}

/** The same, asked for from the province: camera and microphone go on if they rest, and the screen has said so. */
async function checkNow() {
  if (!attends) toggleCheck();
  await devices.start();
  return check.look();
}

/** Nothing may disappear under somebody's hands; what was only left lying there may. */
const isBusy = () => enrolling.isUnderWay || check.isRunning || performance.now() - touched_ms < HANDS_OFF_MS;

function publish() {
  const onAir = stage?.has_floor ?? false;
  link?.publish("camera", onAir ? devices.track("camera") : null);
  link?.publish("microphone", onAir || hearing.view.interprets ? devices.track("microphone") : null);
}

function tellDevices() {
  const camera = devices.state("camera");
  const microphone = devices.state("microphone");
  if (!devices.isElsewhere && camera !== "starting" && microphone !== "starting") link?.send("devices", { camera, microphone });
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

// --- keys and clicks -----------------------------------------------------------------------------------

function listen() {
  listenToKeys({
    acts: { hand: toggleHand, microphone: toggleMicrophone, touched: () => (touched_ms = performance.now()) },
    summons, roll, panel, hearing, fullScreen,
    mayFill: () => currentView() !== "key",
  });
  window.addEventListener("keydown", (event) => {
    if (BACK.has(event.key) && help.isOpen && !event.target.closest?.("input")) {
      event.preventDefault(); // a remote control's key for "back" leaves the page
      help.close();
    }
  });
  const buttons = {
    hand: toggleHand, microphone: toggleMicrophone, hearing: () => hearing.turn(), full: () => fullScreen.go(),
    "check-devices": toggleCheck,
  };
  for (const [name, act] of Object.entries(buttons)) {
    part(name).addEventListener("click", (event) => {
      event.currentTarget.blur(); // Enter must go on meaning the hand, not "the last thing clicked"
      act();
    });
  }
  part("card-button").addEventListener("click", openLink);
  part("second-screen").addEventListener("click", () => location.assign("/room?screen")); // see appliance.js
  part("key-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = readEntry(part("key").value);
    if (!typed.key && !typed.code) return setText(part("card-sentence"), say("room.key.empty"));
    const wrong = typed.code ? whyNoCode(typed.code) : null;
    if (wrong) return setText(part("card-sentence"), say(wrong.key, wrong.values));
    enter(typed);
  });
  // A second address with another key or code, typed into the same window.
  window.addEventListener("hashchange", () => enter(takeEntry()));
  window.addEventListener("pagehide", () => link?.close());
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) openLink();
  });
  sound.addEventListener("change", refresh);
  speaker.addEventListener("change", refresh);
  hearing.addEventListener("change", () => {
    publish();
    refresh();
  });
  devices.addEventListener("level", () => showLevel(part("meter"), devices.level ?? 0));
  devices.addEventListener("asked", (event) => help.show(event.detail));
  devices.addEventListener("change", () => {
    const camera = devices.track("camera");
    screen.takeSelf(camera);
    meter.measure(devices.track("microphone"));
    showCheckPicture(camera);
    publish();
    tellDevices();
    seen.touch();
    refresh();
  });
}

sayAll();
part("full").append(icon("maximize"));
part("devices-sign").append(icon("settings-2"));
speaker.apply();
listen();
drawClock();
setInterval(() => {
  drawClock();
  const before = attends;
  attend();
  if (attends !== before) refresh();
  if (link?.status.signalling) check.tick({ stage, busy: isBusy() });
  showCountdown(currentView(), stage);
}, 1000);
enter(takeEntry());
awake.keep();
