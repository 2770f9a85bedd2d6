// How loud the microphone is, 0 to 1, a dozen times a second: enough to see that speaking moves it.

const EVERY_MS = 80;
const FLOOR_DB = -60; // a quiet room
const FULL_DB = -8; // speaking close to the microphone

let context = null;

/** The page's one audio context; browsers keep it silent until the first gesture (see sound.js). */
export function audioContext() {
  context ??= new AudioContext();
  return context;
}

export class LevelMeter {
  #heard;
  #analyser = null;
  #source = null;
  #track = null;
  #timer = null;

  /** `heard(level, peak)`: from 0 (silence) to 1; the peak of the samples tells a quiet room from no sound at all. */
  constructor(heard) {
    this.#heard = heard;
  }

  /** Measures this track from now on; null stops. */
  measure(track) {
    if (track === this.#track) return;
    this.#source?.disconnect();
    clearInterval(this.#timer);
    this.#source = null;
    this.#track = track;
    if (!track) return this.#heard(0, 0);
    this.#analyser ??= new AnalyserNode(audioContext(), { fftSize: 1024 });
    this.#source = audioContext().createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(this.#analyser);
    const samples = new Float32Array(this.#analyser.fftSize);
    this.#timer = setInterval(() => {
      this.#analyser.getFloatTimeDomainData(samples);
      let [power, peak] = [0, 0];
      for (const sample of samples) {
        power += sample * sample;
        peak = Math.max(peak, Math.abs(sample));
      }
      const db = 10 * Math.log10(power / samples.length + 1e-12);
      this.#heard(Math.min(1, Math.max(0, (db - FLOOR_DB) / (FULL_DB - FLOOR_DB))), peak);
    }, EVERY_MS);
  }
}

/** Shows a level on an element with class "meter" (see live.css). */
export function showLevel(meter, level) {
  meter.style.setProperty("--level", level.toFixed(2));
}
