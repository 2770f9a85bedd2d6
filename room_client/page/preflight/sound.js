// Whether a microphone gives sound, judged by some seconds of it. Pure.

const DEAD_DB = -80; // below the noise of any room and any amplifier: a switch that is off, a cable that is not there
const CLIPPED = 0.98; // of full scale
const CLIPPED_PART = 0.001; // a single click is no fault
const HUM_HZ = [50, 100, 150, 200]; // of Viet Nam's mains, and what rectifiers make of it
const HUM_PART = 0.5; // of all that is heard
const HUM_DB = -60; // a hum that nobody hears is none

/** `samples` from -1 to 1 at `rate_hz`, a second at least. {verdict: "good", "dead", "clipped", "hum" or "none", level_db} */
export function judgeSound(samples, rate_hz) {
  if (samples.length < rate_hz) return { verdict: "none", level_db: -Infinity };
  const middle = samples.reduce((sum, value) => sum + value, 0) / samples.length; // cheap cards have an offset
  const power = samples.reduce((sum, value) => sum + (value - middle) ** 2, 0) / samples.length;
  const level_db = 10 * Math.log10(power + 1e-20);
  const clipped = samples.reduce((count, value) => count + (Math.abs(value) >= CLIPPED ? 1 : 0), 0) / samples.length;
  const hum = HUM_HZ.reduce((sum, hz) => sum + powerAt(samples, middle, hz, rate_hz), 0);
  let verdict = "good";
  if (level_db < DEAD_DB) verdict = "dead";
  else if (clipped > CLIPPED_PART) verdict = "clipped";
  else if (hum > HUM_PART * power && 10 * Math.log10(hum) > HUM_DB) verdict = "hum";
  return { verdict, level_db };
}

/** The power of the tone of `hz` in it, over whole tenths of a second, so that the mains' own tones fit (Goertzel). */
function powerAt(samples, middle, hz, rate_hz) {
  const length = Math.floor(samples.length / (rate_hz / 10)) * (rate_hz / 10);
  const turn = 2 * Math.cos((2 * Math.PI * hz) / rate_hz);
  let [last, before] = [0, 0];
  for (let n = 0; n < length; n += 1) [last, before] = [samples[n] - middle + turn * last - before, last];
  return (2 * (last ** 2 + before ** 2 - turn * last * before)) / length ** 2;
}
