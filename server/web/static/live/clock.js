// The server's clock in the page: a TV's own clock is often wrong, and a room must not show another minute
// than the province does. Between two words of the server its own steps are counted by a clock that nobody sets; a
// sleep, which that clock may not count, is made up for by what the computer's own clock says of it.

import { language } from "./words.js";

const ZONE = "Asia/Ho_Chi_Minh";
const locale = language === "vi" ? "vi-VN" : "en-GB";
const clockFormat = new Intl.DateTimeFormat(locale, {
  timeZone: ZONE, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});
const minuteFormat = new Intl.DateTimeFormat(locale, {
  timeZone: ZONE, hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});
const dayFormat = new Intl.DateTimeFormat(locale, { timeZone: ZONE, day: "2-digit", month: "2-digit", year: "numeric" });
const weekdayFormat = new Intl.DateTimeFormat(locale, { timeZone: ZONE, weekday: "long" });
const oneDigit = new Intl.NumberFormat(locale, { maximumFractionDigits: 1, minimumFractionDigits: 1 });

let told = { server_ms: Date.now(), own_ms: Date.now(), steady_ms: performance.now() };

/** Takes the server's time (ISO 8601) from a message that has just come. */
export function setServerTime(iso) {
  const server_ms = Date.parse(iso);
  if (Number.isFinite(server_ms)) told = { server_ms, own_ms: Date.now(), steady_ms: performance.now() };
}

/** Milliseconds since the epoch on the server's clock. */
export function serverNow() {
  return told.server_ms + performance.now() - told.steady_ms;
}

/** The computer has slept, and nobody can be asked how long: its own clock went on. */
export function countSleep() {
  const slept_ms = Date.now() - told.own_ms;
  told = { server_ms: told.server_ms + slept_ms, own_ms: Date.now(), steady_ms: performance.now() };
}

export const clockText = (at = serverNow()) => clockFormat.format(at);
export const minuteText = (iso) => minuteFormat.format(Date.parse(iso));
export const dayText = (at = serverNow()) => dayFormat.format(at);

/** "08:00, Thứ Hai 30/11/2026"; of today the hour alone. */
export function momentText(iso) {
  const at = Date.parse(iso);
  const time = minuteText(iso);
  if (dayText(at) === dayText()) return time;
  const weekday = weekdayFormat.format(at);
  return `${time}, ${weekday[0].toUpperCase()}${weekday.slice(1)} ${dayText(at)}`;
}

/** Seconds from `iso` to now, never negative; null when `iso` is no time. */
export function secondsSince(iso) {
  const at = Date.parse(iso);
  return Number.isFinite(at) ? Math.max(0, (serverNow() - at) / 1000) : null;
}

/** Seconds from now to `iso`; null when `iso` is no time. */
export function secondsUntil(iso) {
  const at = Date.parse(iso);
  return Number.isFinite(at) ? (at - serverNow()) / 1000 : null;
}

/** "08:12", and from an hour on "1:08:12"; with `long` always "00:08:12". */
export function durationText(seconds, long = false) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const rest = `${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  if (long) return `${two(hours)}:${rest}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** Decimal units, as disks are sold: "1,9 GB". */
export function bytesText(bytes) {
  for (const [unit, size] of [["TB", 1e12], ["GB", 1e9], ["MB", 1e6]]) {
    if (bytes >= size) return `${oneDigit.format(bytes / size)} ${unit}`;
  }
  return `${Math.round(bytes / 1e3)} kB`;
}
