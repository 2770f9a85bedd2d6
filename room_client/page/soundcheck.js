// "Sound played and heard back": a short chime from the room's loudspeaker, listened for by its microphone. It
// says before the session what nobody could otherwise know: that the TV is not muted and the microphone not deaf.

import { audioContext } from "../web/live/level.js";

const TONE_HZ = [880, 1320];
const SECONDS = 1.2;
const LISTEN_EVERY_MS = 40;
const RISE_DB = 12; // above what the microphone heard at these pitches before the chime

/** Plays the chime; resolves to true if the microphone heard it. Without a microphone: false. */
export async function soundIsHeard() {
  const context = audioContext();
  if (context.state === "suspended") await context.resume();
  // Echo cancellation is there to remove exactly what is listened for here.
  const listening = await navigator.mediaDevices
    ?.getUserMedia({ audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false } })
    .catch(() => null);
  const analyser = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0 });
  const source = listening ? context.createMediaStreamSource(listening) : null;
  source?.connect(analyser);
  try {
    const before = await loudest(analyser, 400);
    chime(context);
    const during = await loudest(analyser, SECONDS * 1000 + 300);
    return source !== null && during - before >= RISE_DB;
  } finally {
    source?.disconnect();
    for (const track of listening?.getTracks() ?? []) track.stop();
  }
}

/** A short tone from the loudspeaker. */
export function chime(context) {
  const gain = new GainNode(context, { gain: 0 });
  gain.connect(context.destination);
  const now = context.currentTime;
  gain.gain.linearRampToValueAtTime(0.5, now + 0.05);
  gain.gain.setValueAtTime(0.5, now + SECONDS - 0.3);
  gain.gain.linearRampToValueAtTime(0, now + SECONDS);
  for (const frequency of TONE_HZ) {
    const tone = new OscillatorNode(context, { frequency });
    tone.connect(gain);
    tone.start(now);
    tone.stop(now + SECONDS);
  }
}

/** The loudest level, in dB, at the chime's pitches within the next `ms`. */
function loudest(analyser, ms) {
  const bins = new Float32Array(analyser.frequencyBinCount);
  const width_hz = analyser.context.sampleRate / analyser.fftSize;
  return new Promise((resolve) => {
    let most = -200;
    const ends = performance.now() + ms;
    const timer = setInterval(() => {
      analyser.getFloatFrequencyData(bins);
      for (const hz of TONE_HZ) most = Math.max(most, bins[Math.round(hz / width_hz)]);
      if (performance.now() < ends) return;
      clearInterval(timer);
      resolve(most);
    }, LISTEN_EVERY_MS);
  });
}
