// After an upgrade of the server the page reloads itself, at a moment when nothing is lost by it: not on air, not while
// an item is heard, not under somebody's hands. It never leaves a page that works for one that may not come: the new
// one has to be there first, and to be the one the server speaks of. What was tried is remembered over the reload, so
// that a page that stays the old one (a cache on the way) is not loaded over and over.

const TRIED = "tiepdan.room.reloaded";
const SCATTER_MS = 10_000; // all rooms hear of it at the same moment
const LOOK_MS = 5000; // whether it disturbs nobody now
const AGAIN_MS = 60_000; // whether the new page is there now
const NOT_SOONER_MS = 3_600_000; // for the same page once more

/**
 * True where a reload disturbs nobody. `busy`: somebody is writing, answering or choosing; `mute`: the page loaded anew
 * would wait for a gesture before it sounds, and in a hall that listens there may be nobody to make one.
 */
export function mayReload({ stage, interprets, busy, mute }) {
  if (busy || interprets || !stage) return false;
  if (mute && stage.reception_state === "open") return false;
  return !stage.has_floor && !stage.hand_raised && stage.item === null;
}

/** True if `page` was not tried lately. `tried`: {page, at_ms} or null. */
export function isWorthATry(page, tried, now_ms) {
  return !tried || tried.page !== page || Math.abs(now_ms - tried.at_ms) >= NOT_SOONER_MS;
}

export class Upgrade {
  #present;
  #may;
  #wanted = "";
  #timer = null;

  /** `present`: which page this is; `may()`: mayReload of this moment. */
  constructor(present, may) {
    this.#present = present;
    this.#may = may;
  }

  /** The server has this page. */
  take(page) {
    this.#wanted = page;
    clearTimeout(this.#timer);
    if (this.isDue) this.#after(SCATTER_MS * Math.random());
  }

  get isDue() {
    return this.#wanted !== "" && this.#wanted !== this.#present;
  }

  #after(ms) {
    this.#timer = setTimeout(() => this.#try(), ms);
  }

  async #try() {
    const page = this.#wanted;
    if (!this.#may() || !isWorthATry(page, read(), Date.now())) return this.#after(LOOK_MS);
    const there = await isServed(page);
    if (page !== this.#wanted) return; // the server was upgraded once more meanwhile
    if (!there || !this.#may()) return this.#after(there ? LOOK_MS : AGAIN_MS);
    write({ page, at_ms: Date.now() });
    location.reload();
  }
}

/** True if the server gives out this page at this moment. */
async function isServed(page) {
  try {
    const answer = await fetch(location.pathname, { cache: "no-store" });
    return answer.ok && (await answer.text()).includes(`data-page="${page}"`);
  } catch {
    return false;
  }
}

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(TRIED));
  } catch {
    return null;
  }
}

function write(tried) {
  try {
    sessionStorage.setItem(TRIED, JSON.stringify(tried));
  } catch {
    // Without storage nothing is remembered: then what is served is compared, and that alone must do.
  }
}
