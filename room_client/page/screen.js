// Draws what the room knows: one call with everything, as often as anything changes; only differences reach
// the page. Tests and other programs read the state from <body>: data-view, data-link, data-on-air,
// data-closed, data-attends, data-next, data-hand, data-sound, data-line, data-carried, data-interprets, data-hearing.

import { clockText } from "../web/live/clock.js";
import { element, part, setAttribute, setHidden, setIcon, setText } from "../web/live/elements.js";
import { drawHearing } from "../web/live/hearing_button.js";
import { deviceSentence } from "./device_sentence.js";
import { stageTiles } from "../web/live/stage.js";
import { refusalSentence, say } from "../web/live/words.js";
import { showCard } from "./card.js";
import { lineSign } from "./line_sign.js";
import { mayRaiseHand, selfOf } from "./view.js";

const DEVICE_ICONS = { camera: ["video", "video-off"], microphone: ["mic", "mic-off"] };
const LIFELESS = new Set(["silent", "frozen"]);
const CALM = new Set(["none", "planned", "ended", "waiting"]);
const NEEDS_SOUND = new Set(["none", "planned", "waiting", "stage"]);

/**
 * `known`: {hearing: Hearing, view, stage, schedule, attends, checks, awake: Awake, upgrade: Upgrade, speaker: Speaker, roomName, status, refusal, entry: {key, said: of a code}, devices, quality, carried, handWorking, isSeen: the province sees small pictures of this room, soundBlocked,
 * screen: StageScreen}
 */
export function draw(known) {
  const { view, stage, status, devices } = known;
  const self = view === "stage" || view === "waiting" ? selfOf(stage) : "";
  const showsStage = view === "stage" || (view === "waiting" && self !== "");
  markBody(known, self);
  showCard(showsStage ? "stage" : view, known);
  drawStage(known, showsStage, self);
  drawLowerThird(stage, showsStage, self);
  drawOnAir(status, devices, self);
  drawInterprets(known);
  setHidden(part("next"), self !== "next");
  drawBanner(known, self);
  drawBar(known, self);
  drawCheck(known);
}

export function drawClock() {
  setText(part("clock"), clockText());
}

function markBody({ view, stage, attends, status, quality, carried, soundBlocked, hearing }, self) {
  const body = document.body;
  setAttribute(body, "data-view", view);
  setAttribute(body, "data-link", status.phase);
  setAttribute(body, "data-attends", attends);
  setAttribute(body, "data-media", status.media ? "up" : "down");
  setAttribute(body, "data-on-air", self === "onair");
  setAttribute(body, "data-next", self === "next");
  setAttribute(body, "data-closed", view === "closed");
  setAttribute(body, "data-hand", stage?.hand_raised ?? false);
  setAttribute(body, "data-sound", soundBlocked ? "blocked" : "on");
  setAttribute(body, "data-line", quality);
  setAttribute(body, "data-carried", carried);
  setAttribute(body, "data-interprets", hearing.view.interprets);
  setAttribute(body, "data-hearing", hearing.choice || null);
}

function drawStage({ screen, stage, carried, devices }, shown, self) {
  screen.setCarried(carried);
  setHidden(part("stage"), !shown);
  screen.show(shown ? stageTiles({ document: stage.document_present, floor: stage.floor, desk: stage.desk_present, self: devices.isElsewhere ? "" : self }) : []);
}

function drawLowerThird(stage, shown, self) {
  const item = shown ? stage.item : null;
  const speaks = shown && stage.floor && self !== "onair";
  setHidden(part("lower-third"), !(item && !item.closed) && !speaks);
  setText(part("who"), speaks ? stage.floor.name : "");
  setHidden(part("who"), !speaks);
  const words = item && !item.closed ? itemWords(item) : "";
  setText(part("what"), words);
  setHidden(part("what"), words === "");
}

/** "Mục 2 · Khiếu nại KN-0198 · title": only what the server said the audience may read. */
function itemWords(item) {
  const kind = item.kind ? say(`kind.${item.kind}`) : "";
  const about = [kind, item.petition_code].filter(Boolean).join(" ");
  return [say("room.item", { position: item.position }), about, item.title].filter(Boolean).join(" · ");
}

function drawOnAir(status, devices, self) {
  setHidden(part("on-air"), self !== "onair");
  let sentence = "room.onair.sentence";
  if (!status.media) sentence = "room.onair.no_link";
  else if (devices.state("microphone") === "off") sentence = "room.onair.muted";
  else if (devices.state("microphone") !== "ok") sentence = "room.onair.no_microphone";
  else if (devices.state("camera") !== "ok") sentence = "room.onair.no_camera";
  setText(part("on-air-sentence"), say(sentence));
  setAttribute(part("on-air"), "data-trouble", sentence !== "room.onair.sentence");
}

/** Like being on air, but for the picture: what this room's microphone hears is heard everywhere. */
function drawInterprets({ status, devices, hearing }) {
  setHidden(part("interprets"), !hearing.view.interprets);
  const microphone = devices.state("microphone");
  let sentence = "room.interprets.sentence";
  if (!status.media) sentence = "room.interprets.no_link";
  else if (microphone === "off") sentence = "room.interprets.muted";
  else if (microphone !== "ok") sentence = "room.interprets.no_microphone";
  setText(part("interprets-sentence"), say(sentence));
  setAttribute(part("interprets"), "data-trouble", sentence !== "room.interprets.sentence");
}

/** At most one sentence, the most urgent: the line, then the sound, then the devices where they matter now. */
function drawBanner(known, self) {
  const banner = part("banner");
  const [sign, sentence] = bannerOf(known, self);
  setHidden(banner, sentence === "");
  if (!banner.firstElementChild) banner.append(element("span"));
  setIcon(banner, sign);
  setText(banner.querySelector("span"), sentence);
}

function bannerOf({ view, stage, attends, awake, upgrade, status, devices, speaker, soundBlocked }, self) {
  if (status.restoring) return ["unlink", say("link.restoring")];
  if (status.phase === "lost") {
    const tries = Math.max(1, status.tries);
    if (status.refusal) return ["unlink", say("link.refused", { sentence: refusalSentence(status.refusal), tries })];
    return ["unlink", say(status.media ? "link.lost.silent" : "link.lost", { tries })];
  }
  if (status.phase === "connecting" && view !== "connecting") {
    if (status.refusal) return ["unlink", say("link.refused", { sentence: refusalSentence(status.refusal), tries: Math.max(1, status.tries) })];
    if (status.tries > 0) return ["unlink", say("link.connecting.tries", { tries: status.tries })];
  }
  // Before the devices: one key puts it right, and it must be right before the first word is spoken.
  if (soundBlocked && attends && NEEDS_SOUND.has(view)) return ["volume-x", say("sound.blocked")];
  const trouble = deviceSentence(devices, speaker);
  const matters = self !== "" || stage?.hand_raised || ["none", "planned", "waiting"].includes(view);
  if (attends && trouble && matters) return ["triangle-alert", trouble];
  if (upgrade.isDue && CALM.has(view)) return ["refresh-cw", say("room.upgrade")];
  if (awake.isImpossible && CALM.has(view)) return ["triangle-alert", say("room.awake.none")];
  return ["triangle-alert", ""];
}

function drawBar({ view, stage, attends, isSeen, roomName, status, devices, quality, carried, handWorking, hearing }, self) {
  setText(part("room-name"), roomName);
  setHidden(part("room-name"), roomName === "");
  setHidden(part("line"), status.phase === "ended");
  setHidden(part("bar"), view === "key" || view === "starting");
  const line = lineSign({ status, quality, carried });
  drawSign(part("line"), line.icon, line.words, line.tone);
  // Let go of; or another one has them, and nobody says here how they fare.
  for (const name of ["camera", "microphone", "meter"]) setHidden(part(name), !attends || devices.isUnknown);
  if (devices.isElsewhere && devices.level === null) setHidden(part("meter"), true); // nobody measures it
  setHidden(part("resting"), attends || status.phase !== "resting");
  setHidden(part("seen"), !isSeen);
  drawSign(part("seen"), "eye", say("room.seen"), null);
  part("seen").title = say("room.seen.sentence");
  drawSign(part("resting"), "video-off", say("room.resting.off"), "absent");
  drawDevice("camera", devices, self === "onair" && status.media);
  drawDevice("microphone", devices, (self === "onair" || hearing.view.interprets) && status.media);
  part("microphone").title = say(devices.state("microphone") === "off" ? "room.microphone.on" : "room.microphone.off");
  const recorded = part("recorded");
  setHidden(recorded, !(stage?.recording && view === "stage" && status.phase === "connected"));
  drawSign(recorded, "circle-dot", say("room.recorded"), "live");
  const queued = stage?.hand_raised && stage.queue_position && self === "";
  setText(part("queue"), queued ? say("room.queue", { position: stage.queue_position }) : "");
  drawHearing(part("hearing"), hearing);
  drawHand(stage, status, handWorking);
}

function drawHand(stage, status, working) {
  const hand = part("hand");
  setHidden(hand, !mayRaiseHand(stage) || !status.signalling);
  const words = stage?.hand_raised ? "room.hand.lower" : "room.hand.raise";
  if (!hand.firstElementChild) hand.append(element("span"), element("kbd", { text: "Enter" }));
  setIcon(hand, "hand");
  setText(hand.querySelector("span"), say(working ? "room.hand.working" : words));
  setAttribute(hand, "aria-pressed", String(Boolean(stage?.hand_raised)));
  setAttribute(hand, "aria-busy", working ? "true" : null);
}

function drawDevice(name, devices, sending) {
  const state = devices.state(name);
  const good = state === "ok";
  const words = say(`${name}.${good && sending ? "sending" : howOf(name, devices)}`);
  const tone = good ? (sending ? "live" : "good") : state === "starting" ? "absent" : "needs";
  drawSign(part(name), DEVICE_ICONS[name][good ? 0 : 1], words, tone);
}

/** Its state, or what is more than "blocked" says: it is open, and gives nothing. */
function howOf(name, devices) {
  const reason = devices.reason(name);
  return LIFELESS.has(reason) ? reason : devices.state(name);
}

function drawCheck({ devices, quality, carried, status }) {
  if (part("check").hidden) return;
  for (const name of ["camera", "microphone"]) {
    const state = devices.state(name);
    drawSign(part(`check-${name}`), state === "ok" ? "circle-check" : "triangle-alert", say(`${name}.${howOf(name, devices)}`), state === "ok" ? "good" : "needs");
  }
  const line = lineSign({ status, quality, carried });
  drawSign(part("check-line"), line.tone === "good" ? "circle-check" : line.icon, line.words, line.tone);
}

function drawSign(target, sign, words, tone) {
  if (!target.querySelector("span")) target.append(element("span"));
  setIcon(target, sign);
  setText(target.querySelector("span"), words);
  setAttribute(target, "data-tone", tone);
}
