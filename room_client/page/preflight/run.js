// The check before the session, as far as the room itself can see, hear and be heard. It takes about six seconds.

import { audioContext } from "../../web/live/level.js";
import { findChirp, makeChirp } from "./chirp.js";
import { openEar } from "./ear.js";
import { judgePicture } from "./picture.js";
import { judgeSound } from "./sound.js";

const PICTURES = 8;
const EVERY_MS = 250;
const SMALL = { width: 32, height: 18 };
const QUIET_S = 2; // of the room as it is
const CHIRP_S = 2; // the tone, and what a TV takes its time for: many are late by half a second

/** {picture, sound, speaker: "heard", "unheard" or "unknown"}. `video`: shows the room's camera; `microphone`: an id. */
export async function runPreflight({ video, microphone }) {
  const [picture, heard] = await Promise.all([lookAt(video), listenTo(microphone)]);
  return { picture, ...heard };
}

async function lookAt(video) {
  const pictures = [];
  const pen = new OffscreenCanvas(SMALL.width, SMALL.height).getContext("2d", { willReadFrequently: true });
  for (let n = 0; n < PICTURES && video.srcObject; n += 1) {
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    if (!video.videoWidth) continue;
    pen.drawImage(video, 0, 0, SMALL.width, SMALL.height);
    const { data } = pen.getImageData(0, 0, SMALL.width, SMALL.height);
    pictures.push(Float32Array.from({ length: data.length / 4 }, (_nothing, at) => (data[4 * at] + data[4 * at + 1] + data[4 * at + 2]) / 3));
  }
  return judgePicture(pictures);
}

async function listenTo(microphone) {
  const context = audioContext();
  if (context.state === "suspended") await context.resume();
  const ear = await openEar(context, microphone);
  if (!ear) return { sound: "none", speaker: "unknown" };
  try {
    const sound = judgeSound(await ear.listen(QUIET_S), context.sampleRate).verdict;
    const listening = ear.listen(CHIRP_S);
    play(context);
    const { found } = findChirp(await listening, context.sampleRate);
    if (sound === "none" || sound === "dead") return { sound, speaker: found ? "heard" : "unknown" };
    return { sound, speaker: found ? "heard" : "unheard" };
  } finally {
    ear.close();
  }
}

function play(context) {
  const chirp = makeChirp(context.sampleRate);
  const buffer = context.createBuffer(1, chirp.length, context.sampleRate);
  buffer.copyToChannel(chirp, 0);
  const source = new AudioBufferSourceNode(context, { buffer });
  source.connect(context.destination);
  source.start();
}
