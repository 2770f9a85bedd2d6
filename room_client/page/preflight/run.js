// The check before the session, as far as the room itself can see, hear and be heard. It takes about six seconds, and
// two less where it makes no sound.

import { audioContext } from "../../web/live/level.js";
import { findChirp, makeChirp } from "./chirp.js";
import { openEar } from "./ear.js";
import { judgePicture } from "./picture.js";
import { SmallGrey } from "./small_grey.js";
import { judgeSound } from "./sound.js";

const PICTURES = 8;
const FIRST_MS = 6000; // an old computer takes its time to open a camera and to show it
const EVERY_MS = 250;
const QUIET_S = 2; // of the room as it is
const CHIRP_S = 2; // the tone, and what a TV takes its time for: many are late by half a second

const STARTS_MS = 1000; // a browser that wants a click first never says so

/**
 * Findings of the picture, the sound and the loudspeaker; of sound nothing where the browser lets nobody listen yet.
 * `video`: shows the room's camera; `microphone`: an id; `aloud`: the tone may sound.
 */
export async function runPreflight({ video, microphone, aloud }) {
  const [picture, heard] = await Promise.all([lookAt(video), listenTo(microphone, aloud)]);
  return [{ what: "picture", outcome: picture }, ...heard];
}

async function lookAt(video) {
  const pictures = [];
  for (let waited = 0; waited < FIRST_MS && !video.videoWidth; waited += EVERY_MS) {
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
  const grey = new SmallGrey();
  for (let n = 0; n < PICTURES && video.srcObject; n += 1) {
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    if (video.videoWidth) pictures.push(grey.take(video));
  }
  return judgePicture(pictures);
}

async function listenTo(microphone, aloud) {
  const context = audioContext();
  if (context.state === "suspended") {
    await Promise.race([context.resume(), new Promise((resolve) => setTimeout(resolve, STARTS_MS))]);
    if (context.state === "suspended") return [];
  }
  const ear = await openEar(context, microphone);
  if (!ear) return [{ what: "sound", outcome: "none" }, { what: "speaker", outcome: "unknown" }];
  try {
    const { verdict, level_db } = judgeSound(await ear.listen(QUIET_S), context.sampleRate);
    const figures = Number.isFinite(level_db) ? { level_db } : {};
    return [{ what: "sound", outcome: verdict, figures }, { what: "speaker", outcome: await tryLoudspeaker(context, ear, verdict, aloud) }];
  } finally {
    ear.close();
  }
}

async function tryLoudspeaker(context, ear, sound, aloud) {
  if (!aloud) return "untried";
  const listening = ear.listen(CHIRP_S);
  play(context);
  const { found } = findChirp(await listening, context.sampleRate);
  if (found) return "heard";
  return sound === "none" || sound === "dead" ? "unknown" : "unheard";
}

function play(context) {
  const chirp = makeChirp(context.sampleRate);
  const buffer = context.createBuffer(1, chirp.length, context.sampleRate);
  buffer.copyToChannel(chirp, 0);
  const source = new AudioBufferSourceNode(context, { buffer });
  source.connect(context.destination);
  source.start();
}
