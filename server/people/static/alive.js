// For pages that are looked at for hours without being asked for anything: says that somebody sits before them, so
// that the login does not end in the middle of a reception.
const EVERY_MS = 10 * 60 * 1000;

setInterval(() => fetch("/alive", { cache: "no-store" }).catch(() => undefined), EVERY_MS);
