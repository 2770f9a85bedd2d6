// The host's console: the server's state on one screen, and the buttons that change it. State comes whole once a
// second and on every change; nothing here remembers more than the last message, so a reload loses nothing.

import { io } from "/static/vendor/socket.io.esm.min.js";
import { durationText, secondsSince, setServerTime } from "../web/live/clock.js";
import { element, part, setAttribute, setHidden, setIcon, setText } from "../web/live/elements.js";
import { Hearing, HEARING_KEYS } from "../web/live/hearing.js";
import { drawHearing } from "../web/live/hearing_button.js";
import { Held } from "../web/live/held.js";
import { Link, refusalIn } from "../web/live/link.js";
import { StageSound } from "../web/live/sound.js";
import { StageScreen, stageTiles } from "../web/live/stage.js";
import { language, recordingAlarm, refusalSentence, say, sayAll } from "../web/live/words.js";
import { drawAgenda, drawHead, drawRecording, drawTimes } from "./console_agenda.js";
import { CommandButtons } from "./console_commands.js";
import { DeskPublisher } from "./console_publish.js";
import { RoomWall } from "./console_rooms.js";
import { offerWall } from "./console_wall.js";
import { WallPictures } from "./wall_pictures.js";

const ANSWER_MS = 8000;
const RETRY_MS = 3000;
const LINE_HOLDS_MS = 2000;
const RECEPTION = Number(document.body.dataset.reception);
const MAY_COMMAND = document.body.dataset.mayCommand === "yes";

sayAll();

const socket = io("/desk", {
  auth: { reception: RECEPTION, language },
  transports: ["websocket", "polling"],
  reconnectionDelay: 400,
  reconnectionDelayMax: 5000,
});
const screen = new StageScreen(part("stage"));
const sound = new StageSound();
const hearing = new Hearing(sound);
const watch = new Link({ purpose: "watch", login: true });
const pictures = new WallPictures();
const rooms = new RoomWall({
  pictures,
  mayCommand: MAY_COMMAND,
  command: (name, fields) => buttons.run(name, fields),
  onHand: (room) => announce(say("announce.hand", { name: room.name })),
});
const buttons = new CommandButtons({ send, rooms });

let publisher = null; // only where there are commands
let state = null;
let tries = 0;
let denied = null;

// --- state down ----------------------------------------------------------------------------------------

socket.on("console", (message) => {
  setServerTime(message.server_time);
  const before = state;
  state = message;
  announceChange(before, message);
  refresh();
});

socket.on("rooms", (message) => {
  rooms.take(message);
  if (state) refresh(); // whether who has the floor is there
  else buttons.draw(state);
});

socket.on("connect", () => {
  tries = 0;
  denied = null;
  drawBanner();
  buttons.setConnected(MAY_COMMAND);
});

socket.on("disconnect", (reason) => {
  buttons.setConnected(false);
  // What the last message said is not known any more: a light that stays red would be a lie.
  drawRecording({ state: "unknown", bytes: 0, seconds: 0, growing: false });
  setAttribute(document.body, "data-recording", "unknown");
  if (reason === "io server disconnect") setTimeout(() => socket.connect(), RETRY_MS);
  drawBanner();
});

socket.on("connect_error", (error) => {
  // Not active: the server said no (session over, no right). Trying on finds the session renewed in another tab.
  if (!socket.active) {
    denied = refusalIn(error.data) ?? { code: error.message };
    setTimeout(() => socket.connect(), RETRY_MS);
  }
  drawBanner();
});

socket.io.on("reconnect_attempt", () => {
  tries += 1;
  drawBanner();
});

function refresh() {
  const { body } = document;
  const item = state.agenda.find(({ id }) => id === state.item_id) ?? null;
  setAttribute(body, "data-state", state.state);
  setAttribute(body, "data-item", item ? item.position : "none");
  setAttribute(body, "data-closed", state.item_closed);
  setAttribute(body, "data-floor", state.floor?.code ?? "none");
  setAttribute(body, "data-interpreter", state.interpreter?.code ?? "none");
  setAttribute(body, "data-recording", state.recording.growing ? "growing" : state.recording.state);
  drawHead(state);
  drawAgenda(state, MAY_COMMAND ? callItem : null);
  drawStage(item);
  rooms.setSession({
    open: state.state === "open",
    limited: item?.audience === "rooms",
    closed: state.item_closed,
    floor: state.floor?.code ?? "",
    floor_since: state.floor_since,
    staged: state.desk_publishing || state.document_shared || rooms.isThere(state.floor?.code),
  });
  publisher?.setOver(state.state === "ended" || state.state === "cancelled");
  buttons.draw(state);
  drawBanner();
}

function drawStage(item) {
  const open = state.state === "open";
  const tiles = stageTiles({ document: state.document_shared, floor: state.floor, desk: state.desk_publishing, self: "" });
  screen.show(tiles);
  setHidden(part("stage-empty"), tiles.length > 0);
  setText(part("stage-empty"), say("stage.empty"));
  setAttribute(part("stage").parentElement, "data-closed", open && state.item_closed);
  let said = "";
  if (open && state.item_closed) said = say("stage.closed");
  else if (open && item) said = [say("room.item", { position: item.position }), item.title].filter(Boolean).join(" · ");
  else if (open) said = say("room.between");
  const words = part("stage-words");
  setIcon(words, open && state.item_closed ? "lock" : "file-text");
  setText(words.querySelector("span"), said);
  setHidden(words, said === "");
  setAttribute(words, "data-closed", open && state.item_closed);
  const floor = part("floor-words");
  const lost = state.floor && !rooms.isThere(state.floor.code);
  setIcon(floor, lost ? "plug" : state.floor ? "radio" : "circle-off");
  const sentence = lost ? "stage.floor.lost" : "stage.floor";
  setText(floor.querySelector("span"), state.floor ? say(sentence, { name: state.floor.name }) : say("stage.floor.none"));
  setHidden(floor, !open);
  setAttribute(floor, "data-tone", lost ? "needs" : state.floor ? "live" : "absent");
  drawInterpreter(open);
  drawFloorTime();
}

function drawInterpreter(open) {
  const words = part("interpreter-words");
  const { interpreter, interpretation_heard: heard } = state;
  setHidden(words, !open || !interpreter);
  setIcon(words, "languages");
  setText(words.querySelector("span"), interpreter ? say(heard ? "interpreter.heard" : "interpreter.unheard", { name: interpreter.name }) : "");
  setAttribute(words, "data-tone", heard ? "live" : "needs");
}

function drawFloorTime() {
  const since = state?.floor ? secondsSince(state.floor_since) : null;
  setText(part("floor-words").querySelector("time"), since === null ? "" : durationText(since));
}

function drawBanner() {
  let sentence = "";
  if (denied) sentence = say("console.denied", { sentence: refusalSentence(denied) });
  else if (!socket.connected) sentence = state ? say("console.lost", { tries: Math.max(1, tries) }) : say("console.connecting");
  else if (state && !state.media_running) sentence = say("console.media_down");
  else if (state?.recording.alarm) sentence = recordingAlarm(state.recording.alarm);
  else if (sound.blocked) sentence = say("sound.blocked");
  const banner = part("banner");
  if (!banner.querySelector("span")) banner.append(element("span"));
  setIcon(banner, sound.blocked && socket.connected && !denied ? "volume-x" : "triangle-alert");
  setText(banner.querySelector("span"), sentence);
  setHidden(banner, sentence === "");
  setAttribute(document.body, "data-signalling", socket.connected ? "up" : "down");
}

// --- commands up ------------------------------------------------------------------------------------------

async function send(command) {
  if (!socket.connected) return { code: "no_answer" };
  try {
    return refusalIn(await socket.timeout(ANSWER_MS).emitWithAck("command", { reception: RECEPTION, ...command }));
  } catch {
    return { code: "no_answer" };
  }
}

function callItem(item, pressed) {
  buttons.run("call", { item, pressed });
}

// --- what a screen reader says -------------------------------------------------------------------------------

function announce(sentence) {
  part("voice").textContent = sentence;
}

function announceChange(before, now) {
  if (!before) return;
  if (before.item_id !== now.item_id) {
    const item = now.agenda.find(({ id }) => id === now.item_id);
    if (item) announce(say("announce.item", { position: item.position }));
  } else if (before.item_closed !== now.item_closed) {
    announce(say(now.item_closed ? "announce.closed" : "announce.reopened"));
  }
  if (before.interpreter?.code !== now.interpreter?.code) {
    announce(now.interpreter ? say("announce.interpreter", { name: now.interpreter.name }) : say("announce.interpreter.none"));
  }
  if (before.floor?.code !== now.floor?.code) {
    announce(now.floor ? say("announce.floor", { name: now.floor.name }) : say("announce.floor.none"));
  }
}

// --- stage, sound, start ----------------------------------------------------------------------------------------

const soundButton = element("button", { type: "button", icon: "volume-2", "data-icon": "volume-2", "data-testid": "sound-toggle",
  on: { click: () => sound.switchOff(!sound.off) } }, element("span"));

const hearingButton = element("button", { type: "button", icon: "headphones", "data-icon": "headphones",
  "data-testid": "hearing", hidden: true, on: { click: () => hearing.turn() } });

function drawSound() {
  setIcon(soundButton, sound.off ? "volume-x" : "volume-2");
  setText(soundButton.querySelector("span"), say(sound.off ? "console.sound.off" : "console.sound.on"));
  setAttribute(soundButton, "aria-pressed", String(!sound.off));
}

const carried = new Held("", LINE_HOLDS_MS, () => screen.setCarried(carried.value));
watch.addEventListener("carried", (event) => carried.take(event.detail));
watch.addEventListener("slots", (event) => {
  carried.take("");
  screen.take(event.detail);
  sound.play(event.detail);
});
watch.addEventListener("stage", (event) => hearing.setItem(event.detail.item?.position ?? null));
watch.addEventListener("interpretation", (event) => hearing.take(event.detail));
watch.addEventListener("state", (event) => {
  setAttribute(document.body, "data-link", event.detail.phase);
  hearing.setTold(event.detail.signalling);
});
hearing.addEventListener("change", () => {
  setAttribute(document.body, "data-hearing", hearing.choice || null);
  drawHearing(hearingButton, hearing);
});
window.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, select, textarea, dialog[open]");
  if (HEARING_KEYS.has(event.key) && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) hearing.turn();
});
sound.addEventListener("change", () => {
  drawSound();
  drawBanner();
});
window.addEventListener("pagehide", () => watch.close());
window.addEventListener("pageshow", (event) => {
  if (event.persisted) watch.open();
});

offerWall(pictures);
drawSound();
if (MAY_COMMAND) publisher = new DeskPublisher({ sound: [soundButton, hearingButton], fail: (sentence) => buttons.showRefusal(sentence) });
else {
  part("publish").append(soundButton, hearingButton);
  setHidden(part("readonly"), false);
  part("readonly").append(element("span", { text: say("console.readonly") }));
  setIcon(part("readonly"), "eye");
  setHidden(part("commands"), true);
  setHidden(part("stage-commands"), true);
}
drawBanner();
drawTimes();
setInterval(() => {
  drawTimes();
  drawFloorTime();
  rooms.drawTimes();
}, 1000);
watch.open();
