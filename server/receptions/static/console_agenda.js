// The agenda and the head of the console: what is heard, for how long, and whether it is really being recorded.

import { bytesText, clockText, durationText, secondsSince } from "../web/live/clock.js";
import { element, keyedChildren, part, setAttribute, setHidden, setIcon, setText } from "../web/live/elements.js";
import { say } from "../web/live/words.js";

const STATE_ICONS = { waiting: "clock", open: "play", done: "check" };
const RECEPTION_ICONS = { planned: "calendar", open: "radio", ended: "flag", cancelled: "ban" };

/** Draws the agenda; `call(item)` calls an item out of order, null where that is not allowed. */
export function drawAgenda(state, call) {
  setHidden(part("agenda-empty"), state.agenda.length > 0);
  keyedChildren(part("agenda"), state.agenda, ({ id }) => id, (entry) => makeEntry(entry, call), (row, entry) => changeEntry(row, entry, state, call));
  showPresent(state.item_id);
}

let shown = null;

/** A long agenda scrolls to the item that is heard, once: whoever looks at another one afterwards stays there. */
function showPresent(item) {
  if (item === shown) return;
  shown = item;
  part("agenda").querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
}

function makeEntry(entry, call) {
  return element(
    "li",
    { "data-testid": `item-${entry.position}` },
    element("span", { class: "position figures" }),
    element(
      "div",
      { class: "about" },
      element("p", { class: "head" }, element("b"), element("span", { class: "codes" }), element("span", { class: "sign lock" })),
      element("p", { class: "subject" }),
      element("p", { class: "foot" }, element("span", { class: "sign its-state" }), element("span", { class: "audience" }), call ? callButton(entry, call) : null, conclusionLink(entry), attendanceLink(entry)),
    ),
    element("time", { class: "figures" }),
  );
}

/** Short, so that it has its place beside the words of the foot; its number stands in the row. */
function callButton({ id, position }, call) {
  const words = say("agenda.call", { position });
  return element("button", {
    type: "button", class: "call", text: say("agenda.call.short"), title: words, "aria-label": words,
    on: { click: (event) => call(id, event.currentTarget) },
  });
}

/** The conclusion is written while the item is heard, in a window beside this one; null for who may not. */
function conclusionLink({ id, position }) {
  const { mayDraft, reception } = document.body.dataset;
  if (mayDraft !== "yes") return null;
  const words = say("agenda.conclude", { position });
  return element("a", {
    class: "beside", href: `/receptions/${reception}/items/${id}/conclusion/draft`, target: "_blank",
    text: say("agenda.conclude.short"), title: words, "aria-label": words, "data-testid": `conclude-${position}`,
  });
}

/** Who is present, by office: looked at and put right in a window beside this one. */
function attendanceLink({ id, position }) {
  const words = say("agenda.attendance", { position });
  return element("a", {
    class: "beside", href: `/receptions/${document.body.dataset.reception}/items/${id}/attendance`, target: "_blank",
    text: say("agenda.attendance.short"), title: words, "aria-label": words, "data-testid": `attendance-${position}`,
  });
}

function changeEntry(row, entry, state, call) {
  const present = entry.id === state.item_id;
  const closed = present ? state.item_closed : entry.closed || entry.audience === "closed";
  setAttribute(row, "data-state", entry.state);
  setAttribute(row, "data-closed", closed);
  setAttribute(row, "aria-current", present ? "true" : null);
  setText(row.querySelector(".position"), String(entry.position));
  setText(row.querySelector(".head b"), entry.kind ? say(`kind.${entry.kind}`) : "");
  setText(row.querySelector(".codes"), entry.petition_codes.join(", "));
  const lock = row.querySelector(".lock");
  setHidden(lock, !closed);
  if (closed && !lock.firstElementChild) lock.append(element("span", { text: say("agenda.closed") }));
  if (closed) setIcon(lock, "lock");
  setText(row.querySelector(".subject"), entry.title);
  setAttribute(row.querySelector(".subject"), "title", entry.title);
  const its = row.querySelector(".its-state");
  if (!its.querySelector("span")) its.append(element("span"));
  setIcon(its, STATE_ICONS[entry.state]);
  setText(its.querySelector("span"), say(`agenda.${entry.state}`));
  setText(row.querySelector(".audience"), audienceWords(entry));
  const time = row.querySelector("time");
  setAttribute(time, "data-since", entry.state === "open" ? entry.opened_at : null);
  setAttribute(time, "data-seconds", String(entry.seconds));
  drawTime(time);
  const button = row.querySelector(".call");
  if (button) setHidden(button, !call || state.state !== "open" || entry.state !== "waiting");
  for (const link of row.querySelectorAll(".beside")) setHidden(link, entry.state === "waiting");
}

function audienceWords(entry) {
  if (entry.audience === "all") return say("agenda.all");
  return entry.audience === "rooms" ? say("agenda.rooms", { n: entry.audience_size }) : "";
}

function drawTime(time) {
  const running = secondsSince(time.dataset.since ?? "");
  const seconds = running ?? Number(time.dataset.seconds);
  setText(time, seconds >= 1 ? durationText(seconds) : "");
}

/** Once a second: the running item's time and the clock. */
export function drawTimes() {
  setText(part("clock"), clockText());
  for (const time of part("agenda").querySelectorAll("time[data-since]")) drawTime(time);
}

export function drawHead(state) {
  setText(part("title"), state.title);
  if (document.title !== state.title) document.title = state.title;
  const sign = part("state");
  if (!sign.querySelector("span")) sign.append(element("span"));
  setIcon(sign, RECEPTION_ICONS[state.state]);
  setText(sign.querySelector("span"), say(`console.state.${state.state}`));
  setAttribute(sign, "data-tone", state.state === "open" ? "live" : "absent");
  const windows = part("windows");
  setHidden(windows, state.consoles < 2);
  if (!windows.querySelector("span")) windows.append(element("span"));
  setIcon(windows, "triangle-alert");
  setText(windows.querySelector("span"), say("console.windows", { n: state.consoles }));
  drawRecording(state.recording);
}

/** Red only while bytes really reach the disk; what ought to be recorded and is not says so in capitals, in amber. */
export function drawRecording(recording) {
  const light = part("recording");
  if (!light.querySelector("b")) light.append(element("b"), element("span", { class: "amount" }), element("span", { class: "growth" }));
  const growing = recording.state === "recording" && recording.growing;
  const shown = recording.state === "recording" && !recording.growing ? "stalled" : recording.state;
  setAttribute(light, "data-state", growing ? "growing" : shown);
  setIcon(light, { paused: "pause", ended: "check", none: "circle-off", unknown: "unlink", waiting: "clock" }[shown] ?? (growing ? "circle-dot" : "triangle-alert"));
  setText(light.querySelector("b"), say(`recording.${shown}`));
  const amount = recording.bytes > 0 ? `${durationText(recording.seconds, true)} · ${bytesText(recording.bytes)}` : "";
  setText(light.querySelector(".amount"), amount);
  let growth = "";
  if (growing) growth = say("recording.growing");
  else if (shown === "stalled") growth = say("recording.not_growing");
  else if (shown === "paused") growth = say("recording.paused.why");
  setText(light.querySelector(".growth"), growth);
}
