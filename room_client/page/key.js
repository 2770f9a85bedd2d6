// How this browser is its room: by a key, or as a device that was enrolled with a code. Either comes once in the
// address's fragment (which no server or log ever sees), or is typed; then this browser remembers it, so that a TV
// that was switched off opens its room again with nobody at the keyboard. It is taken out of the address bar at once:
// a screen in a public room is photographed.

const KEY = "tiepdan.room.key"; // "" for a device: its credential is a cookie, which scripts do not see
const CODE = "tiepdan.room.code"; // the one this device was enrolled with: worth nothing any more
const CODE_MARK = "ma=";
const CODE_SIGNS = 8;
const IN_NO_CODE = /[^23456789CDFHKMNPRTVX]/u; // as SIGNS of server/rooms/device_rules.py
const SEPARATORS = /[\s\-\u2010-\u2015]+/g;

/** What somebody pasted, typed or scanned: {key} or {code}, the other one "". */
export function readEntry(text) {
  const trimmed = text.trim();
  const isAddress = trimmed.includes("#");
  const entry = decoded(isAddress ? trimmed.slice(trimmed.indexOf("#") + 1) : trimmed);
  if (entry.startsWith(CODE_MARK)) return { key: "", code: plain(entry.slice(CODE_MARK.length)) };
  // Whatever is as short as a code is meant as one, however it was mistyped; keys are far longer.
  if (!isAddress && plain(entry).length <= 2 * CODE_SIGNS) return { key: "", code: plain(entry) };
  return { key: entry, code: "" };
}

/** Why `code` can be no code, so that nobody has to be asked: {key, values} of a sentence; null where it can be one. */
export function whyNoCode(code) {
  const [sign] = code.match(IN_NO_CODE) ?? [];
  if (sign) return { key: "room.key.sign", values: { sign } };
  const count = code.length;
  return count === CODE_SIGNS ? null : { key: "room.key.length", values: { count } };
}

/** What the address says, taken out of it; {key: "", code: ""} if nothing. */
export function takeEntry() {
  const entry = location.hash.length > 1 ? readEntry(location.hash) : { key: "", code: "" };
  if (entry.key || entry.code) history.replaceState(null, "", location.pathname + location.search);
  return entry;
}

/** {key, isDevice}: as remembered. */
export function remembered() {
  const key = read(KEY);
  return { key: key ?? "", isDevice: key === "" };
}

export function rememberKey(key) {
  write(KEY, key);
}

export function rememberDevice(code) {
  write(KEY, "");
  write(CODE, code);
}

/** True for the code this device came with: a kiosk may open the same address every morning. */
export const wasEnrolledWith = (code) => read(KEY) === "" && read(CODE) === code;

const plain = (code) => code.replace(SEPARATORS, "").toUpperCase();

function decoded(text) {
  try {
    return decodeURIComponent(text).trim();
  } catch {
    return text; // a stray % is not ours to interpret
  }
}

function read(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // storage forbidden: the address must then carry the key every time; a cookie may still be there
  }
}

function write(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // As above: the room works, it only is not remembered.
  }
}
