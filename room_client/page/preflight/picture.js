// Whether a camera gives a picture that lives, judged by small grey ones taken one after the other. Pure.

const BLACK = 24; // of 255: a lens under its lid, with the noise of its sensor
const FLAT = 4; // all of it the same grey: a lid, a wall of fog, a test signal without a test picture
const STILL = 0.5; // of 255, in the mean: a sensor's noise alone is more, a frozen picture is nothing
const ENOUGH = 5;

/** `pictures`: grey values 0 to 255, all of one size, in their order. "moving", "black", "flat", "frozen", or "none". */
export function judgePicture(pictures) {
  if (pictures.length < ENOUGH || pictures[0].length === 0) return "none";
  if (pictures.every((picture) => percentile(picture, 0.95) < BLACK)) return "black";
  if (pictures.every((picture) => deviation(picture) < FLAT)) return "flat";
  const changes = pictures.slice(1).map((picture, n) => meanChange(pictures[n], picture));
  return changes.every((change) => change < STILL) ? "frozen" : "moving";
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

function percentile(values, part) {
  const sorted = Array.from(values).sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
}

function deviation(values) {
  const middle = mean(Array.from(values));
  return Math.sqrt(mean(Array.from(values, (value) => (value - middle) ** 2)));
}

function meanChange(before, after) {
  return mean(Array.from(after, (value, place) => Math.abs(value - before[place])));
}
