// The rooms: hands first, then rooms that need attention, then the wall of all others. Keyed: a tile stays the
// same element from connect to end, so 191 of them cost nothing while nothing changes.

import { durationText, secondsSince } from "../web/live/clock.js";
import { element, keyedChildren, part, setAttribute, setHidden, setIcon, setText } from "../web/live/elements.js";
import { say } from "../web/live/words.js";
import { countsOf, keptOf, lineOf, ordered, plain, shortName } from "./console_room_order.js";
import { RovingFocus } from "./roving_focus.js";

const ICONS = {
  absent: "circle-dashed", connected: "plug", receiving: "check", wants_floor: "hand", has_floor: "radio",
};
const LAYER_ICONS = { m: "signal-medium", l: "signal-low", none: "audio-lines" }; // of the whole picture none is needed
const FEW = 24; // so few tiles have room for their words
const FILTERS = ["all", "wants_floor", "attention", "receiving", "connected", "absent"];

export class RoomWall {
  #rooms = new Map();
  #session = { open: false, limited: false, closed: false, staged: false, floor: "", floor_since: "" };
  #pictures;
  #filter = "all";
  #mayCommand;
  #command;
  #drawing = false;
  #onHand;
  // One stop of the Tab key for all tiles, not one for each of 191.
  #focus = new RovingFocus([part("troubles"), part("wall")]);

  /** `pictures`: WallPictures. `command(name, {room, pressed})` sends and resolves to true if it was done; `onHand(room)` is told of a hand that has just gone up. */
  constructor({ pictures, mayCommand, command, onHand }) {
    this.#pictures = pictures;
    pictures.addEventListener("change", () => {
      if (this.#session.floor_since) this.draw(); // whether its microphone is heard
    });
    this.#mayCommand = mayCommand;
    this.#command = command;
    this.#onHand = onHand;
    part("search").addEventListener("input", () => this.draw());
    part("search").addEventListener("keydown", (event) => this.#onSearchKey(event));
    for (const filter of FILTERS) part("filters").append(this.#filterButton(filter));
  }

  /** The rooms whose hands are up, the longest waiting first. */
  get hands() {
    return ordered(this.#rooms.values(), { search: "", filter: "all", session: this.#session }).hands;
  }

  /** The rooms that may be heard in the present item and are connected, without the one that has the floor. */
  get speakable() {
    return [...this.#rooms.values()].filter(
      ({ in_audience: inAudience, presence }) => inAudience && presence !== "absent" && presence !== "has_floor",
    );
  }

  /** Whether this room has a link of which something is heard, as far as anything is known of it. */
  isThere(code) {
    return Boolean(code) && this.#rooms.get(code)?.presence !== "absent";
  }

  /** Sentences about what rooms keep still and have not handed over, each with the room's name. */
  get kept() {
    return [...this.#rooms.values()].map((room) => [room, keptOf(room)]).filter(([, said]) => said).map(([room, said]) => `${shortName(room.name)}: ${said}.`);
  }

  /** Takes a ConsoleRooms message. */
  take({ complete, rooms }) {
    const before = this.#rooms;
    if (complete) this.#rooms = new Map();
    for (const room of rooms) {
      if (room.presence === "wants_floor" && before.size > 0 && before.get(room.code)?.presence !== "wants_floor") {
        this.#onHand(room);
      }
      this.#rooms.set(room.code, room);
    }
    this.draw();
  }

  /**
   * `open`: the reception is open; `limited`: the present item is for some rooms only; `closed`: it is closed now;
   * `staged`: there is something on the stage to be received; `floor`: the code of the room that has it, `floor_since`
   * when.
   */
  setSession(session) {
    if (Object.entries(session).every(([name, value]) => this.#session[name] === value)) return;
    this.#session = session;
    this.draw();
  }

  focusSearch() {
    part("search").focus();
    part("search").select();
  }

  /** Draws once before the next picture, however many messages came. */
  draw() {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      this.#drawNow();
    });
  }

  /** Once a second: waiting times grow by themselves. */
  drawTimes() {
    for (const time of part("hands").querySelectorAll("time")) this.#drawTime(time);
  }

  #drawNow() {
    const rooms = [...this.#rooms.values()].map((room) => this.#heard(room));
    const search = plain(part("search").value);
    const lists = ordered(rooms, { search, filter: this.#filter, session: this.#session });
    const counts = countsOf(rooms, this.#session);
    setText(part("rooms-count"), `${counts.present}/${counts.all}`);
    for (const button of part("filters").children) {
      const { filter } = button.dataset;
      setText(button.querySelector("b"), String(counts[filter]));
      setAttribute(button, "aria-pressed", String(filter === this.#filter));
      setAttribute(button, "data-some", counts[filter] > 0);
    }
    const focused = this.#focus.isInside();
    keyedChildren(part("hands"), lists.hands, ({ code }) => code, (room) => this.#handRow(room), (row, room) => this.#changeHand(row, room));
    keyedChildren(part("troubles"), lists.troubles, ({ room }) => room.code, ({ room }) => this.#tile(room, true), (tile, { room, trouble }) => this.#changeTile(tile, room, trouble));
    this.#drawWall(lists.wall);
    this.#focus.settle(focused);
    setHidden(part("rooms-empty"), rooms.length === 0 || lists.hands.length + lists.troubles.length + lists.wall.length > 0);
  }

  /** The room on air with `quiet_s`: for how long nothing was heard of it, or null. */
  #heard(room) {
    if (room.presence !== "has_floor") return room;
    const quiet_s = this.#pictures.quiet_s(room.code);
    return { ...room, quiet_s: quiet_s === null ? null : Math.min(quiet_s, secondsSince(this.#session.floor_since) ?? 0) };
  }

  #drawWall(entries) {
    keyedChildren(
      part("wall"),
      entries,
      ({ room, heading }) => heading ?? room.code,
      ({ room, heading }) => (heading ? this.#heading(heading) : this.#tile(room, false)),
      (tile, { room, heading, count }) => {
        if (heading) setText(tile.querySelector("b"), String(count));
        else this.#changeTile(tile, room, "");
      },
    );
    setAttribute(part("wall"), "data-few", entries.length <= FEW);
  }

  #heading(presence) {
    return element("li", { class: "heading", icon: ICONS[presence], "data-presence": presence }, element("span", { text: say(`presence.${presence}`) }), element("b", { class: "figures" }));
  }

  #filterButton(filter) {
    const words = filter === "all" || filter === "attention" ? say(`rooms.${filter}`) : say(`presence.${filter}`);
    const icon = { all: "list-checks", attention: "triangle-alert" }[filter] ?? ICONS[filter];
    return element(
      "button",
      { type: "button", icon, "data-filter": filter, "data-testid": `filter-${filter}`, on: { click: () => this.#choose(filter) } },
      element("span", { text: words }),
      element("b", { class: "figures" }),
    );
  }

  #choose(filter) {
    this.#filter = this.#filter === filter ? "all" : filter;
    this.draw();
  }

  #handRow(room) {
    const { code } = room;
    const row = element(
      "li",
      { icon: "hand", "data-testid": `hand-${code}` },
      this.#pictures.frame(code),
      element("span", { class: "name" }),
      element("time", { class: "figures" }),
    );
    if (!this.#mayCommand) return row;
    row.append(
      element("button", { type: "button", class: "invite", text: say("command.floor"), "data-testid": `invite-${code}`,
        on: { click: (event) => this.#command("floor", { room: code, pressed: event.currentTarget }) } }),
      element("button", { type: "button", class: "lower", icon: "x", title: say("command.lower_hand"),
        "aria-label": `${say("command.lower_hand")}: ${room.name}`, "data-testid": `lower-${code}`,
        on: { click: (event) => this.#command("lower_hand", { room: code, pressed: event.currentTarget }) } }),
    );
    return row;
  }

  #changeHand(row, room) {
    setText(row.querySelector(".name"), shortName(room.name));
    setAttribute(row, "title", `${room.name}, ${room.district}`);
    const time = row.querySelector("time");
    setAttribute(time, "datetime", room.hand_since);
    this.#drawTime(time);
  }

  #drawTime(time) {
    const waiting = secondsSince(time.getAttribute("datetime"));
    setText(time, waiting === null ? "" : durationText(waiting));
  }

  #tile(room, long) {
    const { code } = room;
    const inside = this.#mayCommand
      ? element("button", { type: "button", on: { click: (event) => this.#command("floor", { room: code, pressed: event.currentTarget }) } })
      : element("div", { class: "tile-plain" });
    inside.append(this.#pictures.frame(code), element("span", { class: "name" }), element("span", { class: "word" }), element("span", { class: "layer", hidden: true }));
    return element("li", { class: long ? "trouble" : "", "data-testid": `room-${code}` }, inside);
  }

  #changeTile(tile, room, trouble) {
    const inside = tile.firstElementChild;
    const presence = say(`presence.${room.presence}`);
    setAttribute(tile, "data-presence", room.presence);
    setAttribute(tile, "data-outside", !room.in_audience);
    setIcon(inside, ICONS[room.presence]);
    setText(inside.querySelector(".name"), shortName(room.name));
    setText(inside.querySelector(".word"), trouble || (room.in_audience ? presence : say("presence.outside")));
    this.#changeLayer(inside.querySelector(".layer"), room);
    const line = lineOf(room, { figures: !trouble }); // a trouble says its figures itself
    const invitation = this.#mayCommand ? `${say("command.floor")}: ` : "";
    setAttribute(inside, "aria-label", `${invitation}${room.name}, ${room.district}, ${[presence, trouble, line].filter(Boolean).join(", ")}`);
    const offices = (room.offices ?? null) === null ? "" : say("rooms.offices", { count: room.offices });
    setAttribute(tile, "title", [`${room.name}, ${room.district}`, presence, trouble, line, offices].filter(Boolean).join(" · "));
  }

  /** A small sign where the line carries less than the whole picture; the words stand in the tile's title. */
  #changeLayer(sign, { layer }) {
    setHidden(sign, !(layer in LAYER_ICONS));
    setAttribute(sign, "data-layer", layer || null);
    if (layer in LAYER_ICONS) setIcon(sign, LAYER_ICONS[layer]);
  }

  /** Once it has worked the search has done its work too: all rooms are shown, and letters are keys again. */
  async #invite(code) {
    if (!(await this.#command("floor", { room: code }))) return;
    part("search").value = "";
    part("search").blur();
    this.draw();
  }

  /** Enter takes the only room left; arrows go on to the tiles. */
  #onSearchKey(event) {
    if (event.key === "Escape") {
      part("search").value = "";
      part("search").blur();
      this.draw();
    } else if (event.key === "Enter" && this.#mayCommand) {
      const search = plain(part("search").value);
      const { hands, troubles, wall } = ordered(this.#rooms.values(), { search, filter: this.#filter, session: this.#session });
      const found = [...hands, ...troubles.map(({ room }) => room), ...wall.flatMap(({ room }) => room ?? [])];
      if (search && found.length === 1) this.#invite(found[0].code);
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      document.querySelector(".rooms-lists button")?.focus();
    }
  }
}
