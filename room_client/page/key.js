// The room's key: it comes once in the address's fragment (which no server or log ever sees), then stays in this
// browser, so that a TV that was switched off opens its room again with nobody at the keyboard. It is taken out
// of the address bar at once: a screen in a public room is photographed.

const STORED = "tiepdan.room.key";

/** The key in a pasted address or key; empty if there is none. */
export function keyIn(text) {
  const trimmed = text.trim();
  const fragment = trimmed.includes("#") ? trimmed.slice(trimmed.indexOf("#") + 1) : trimmed;
  try {
    return decodeURIComponent(fragment).trim();
  } catch {
    return fragment; // a stray % is not ours to interpret
  }
}

/** The key from the address (stored and removed from there), else the stored one, else "". */
export function takeKey() {
  const key = keyIn(location.hash);
  if (key) {
    storeKey(key);
    history.replaceState(null, "", location.pathname + location.search);
    return key;
  }
  try {
    return localStorage.getItem(STORED) ?? "";
  } catch {
    return ""; // storage forbidden: the address must then carry the key every time
  }
}

export function storeKey(key) {
  try {
    localStorage.setItem(STORED, key);
  } catch {
    // As above: the room works, it only is not remembered.
  }
}
