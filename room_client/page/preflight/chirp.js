// A short rising tone that is found again in what the microphone heard, by correlation: also where the room echoes, a
// fan runs or somebody speaks, which a look at the loudness at one pitch would take for it, or not hear it for. Pure.

const FROM_HZ = 500;
const TO_HZ = 2500; // what every TV plays and every microphone hears
const SECONDS = 0.5;
const LOUDNESS = 0.5;
const EDGE_S = 0.02; // so that it does not click
const RATE_HZ = 8000; // correlation is done at this rate: twice the highest tone, and quick enough for an old computer
const PARTS = 4;
const ENOUGH_PARTS = 3; // a small loudspeaker may swallow the lowest
const PART_HEARD = 0.15; // of the loudest of them
const STANDS_OUT = 7; // times what noise correlates with; noise alone reaches 5 in two seconds

/** The tone at `rate_hz`. */
export function makeChirp(rate_hz) {
  const length = Math.round(SECONDS * rate_hz);
  const made = new Float32Array(length);
  for (let n = 0; n < length; n += 1) {
    const t = n / rate_hz;
    const phase = 2 * Math.PI * (FROM_HZ * t + ((TO_HZ - FROM_HZ) * t * t) / (2 * SECONDS));
    made[n] = LOUDNESS * Math.min(1, t / EDGE_S, (SECONDS - t) / EDGE_S) * Math.sin(phase);
  }
  return made;
}

/** `heard` at `rate_hz`. {found, after_s: from its beginning, stands_out: times the usual correlation} */
export function findChirp(heard, rate_hz) {
  const wanted = makeChirp(RATE_HZ);
  const there = slowed(heard, rate_hz);
  const places = there.length - wanted.length + 1;
  if (places < wanted.length / 2) return { found: false, after_s: 0, stands_out: 0 };
  const likeness = new Float32Array(places);
  let [best, sum] = [0, 0];
  for (let place = 0; place < places; place += 1) {
    let dot = 0;
    for (let n = 0; n < wanted.length; n += 1) dot += wanted[n] * there[place + n];
    likeness[place] = Math.abs(dot);
    if (likeness[place] > likeness[best]) best = place;
  }
  let counted = 0;
  for (let place = 0; place < places; place += 1) {
    if (Math.abs(place - best) < wanted.length / 4) continue; // itself, and its first echoes
    sum += likeness[place] ** 2;
    counted += 1;
  }
  const usual = Math.sqrt(sum / Math.max(1, counted));
  const stands_out = usual > 0 ? likeness[best] / usual : likeness[best] > 0 ? Infinity : 0;
  const found = stands_out >= STANDS_OUT && partsHeard(wanted, there, best) >= ENOUGH_PARTS;
  return { found, after_s: best / RATE_HZ, stands_out };
}

/** How many of its parts, each with pitches of its own, are there together: a beep of any pitch is one or two. */
function partsHeard(wanted, there, place) {
  const length = Math.floor(wanted.length / PARTS);
  const likeness = Array.from({ length: PARTS }, (_, part) => {
    let dot = 0;
    for (let n = part * length; n < (part + 1) * length; n += 1) dot += wanted[n] * there[place + n];
    return Math.abs(dot);
  });
  const most = Math.max(...likeness);
  return likeness.filter((one) => one >= PART_HEARD * most).length;
}

/** At RATE_HZ: the mean of what lies between two of its samples, which takes away what is too high for it. */
function slowed(samples, rate_hz) {
  const step = rate_hz / RATE_HZ;
  const made = new Float32Array(Math.floor(samples.length / step));
  for (let n = 0; n < made.length; n += 1) {
    const [from, to] = [Math.floor(n * step), Math.max(Math.floor(n * step) + 1, Math.floor((n + 1) * step))];
    let sum = 0;
    for (let at = from; at < to; at += 1) sum += samples[at];
    made[n] = sum / (to - from);
  }
  return made;
}
