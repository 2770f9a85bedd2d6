// How long to wait before the next try. 177 rooms lose the same server at the same moment: half a second of chance
// keeps them from coming back at the same moment too.

const FIRST_MS = 200;
const SCATTER_MS = 500;

// A cable that is plugged in again must bring the picture within 2 to 3 s, so a silent line is tried all the time; who
// was told to come back later gives the server more room.
const LONGEST_MS = { silence: 800, refusal: 3500 };

/** Milliseconds before try number `tries` (from 0) after "silence" or a "refusal". `chance`: 0 to 1. */
export function pauseBefore(tries, after, chance = Math.random()) {
  return Math.min(LONGEST_MS[after], FIRST_MS * 2 ** tries) + SCATTER_MS * chance;
}
