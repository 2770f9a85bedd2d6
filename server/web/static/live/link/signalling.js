// The Socket.IO connection of a link, made anew for as long as it is wanted. Every try is a connection of its own with
// a deadline of its own: after a minute without a cable the old one would still sit out its own long pauses.

import { io } from "/static/vendor/socket.io.esm.min.js";
import { language } from "../words.js";

const TRY_MS = 4000; // five round trips of a line that takes 0.8 s for each
const PATHS_MS = 1000; // `paths` comes before anything else, or not at all from an older server

/** Nothing came back in time, or there was nobody to ask. */
export class NoAnswer extends Error {}

/** The server said no; `refusal` says why. */
export class Refused extends Error {
  constructor(refusal) {
    super(refusal.code);
    this.refusal = refusal;
  }
}

export class Signalling {
  #auth;
  #pause_ms;
  #heard;
  #socket = null;
  #next = null; // the timer of the next try
  #deadline = null;
  #paths = null; // the timer that ends the waiting for `paths`
  #ready = false;

  /**
   * `pause_ms()`: before the next try. `heard`: {ready(servers), lost(), trying(), refused(refusal), paths(servers),
   * stage(view), interpretation(view or null), summonses(message), roll(view), schedule(view), checks(view), software(view), wall(view), help(message), line(view), ended(message)}; `ready` once for each connection, with the TURN servers.
   */
  constructor({ purpose, key, login, screen = false, pause_ms, heard }) {
    this.#auth = { key, purpose, login, ...(screen && { screen }), language, software: document.body.dataset.software ?? "" };
    this.#pause_ms = pause_ms;
    this.#heard = heard;
  }

  /** True while messages can be sent and are answered. */
  get connected() {
    return this.#ready && this.#socket.connected;
  }

  open() {
    this.#try();
  }

  close() {
    clearTimeout(this.#next);
    this.#drop();
  }

  /** Lets go of the present connection, which answers nothing any more, and makes another at once. */
  renew() {
    this.#drop();
    this.#heard.trying();
    this.#try();
    this.#heard.lost();
  }

  /** Tries again now instead of after the pause. */
  hurry() {
    if (!this.connected) this.#try();
  }

  /** Without an answer; dropped while there is no connection (the next state is sent whole). */
  send(event, body) {
    if (this.#socket?.connected) this.#socket.emit(event, body);
  }

  /** The acknowledgement of a message. Throws NoAnswer, Refused. */
  async ask(event, body, within_ms) {
    if (!this.#socket?.connected) throw new NoAnswer(event);
    let answer;
    try {
      answer = await this.#socket.timeout(within_ms).emitWithAck(event, body);
    } catch {
      throw new NoAnswer(event);
    }
    const refusal = refusalIn(answer);
    if (refusal) throw new Refused(refusal);
    return answer;
  }

  #try() {
    clearTimeout(this.#next);
    this.#drop();
    const socket = io("/room", {
      auth: this.#auth,
      transports: ["websocket", "polling"],
      forceNew: true,
      reconnection: false, // ours: see above
      timeout: TRY_MS,
    });
    this.#socket = socket;
    this.#deadline = setTimeout(() => this.#failed(), TRY_MS);
    socket.on("connect", () => this.#onConnect());
    socket.on("connect_error", (error) => this.#onConnectError(error));
    socket.on("disconnect", () => this.#failed());
    socket.on("paths", ({ servers }) => (this.#ready ? this.#heard.paths(servers) : this.#settle(servers)));
    socket.on("stage", (view) => {
      this.#heard.stage(view);
      this.#settle([]); // so there were no `paths`
    });
    socket.on("interpretation", (view) => this.#heard.interpretation(view));
    socket.on("summonses", (message) => this.#heard.summonses(message));
    socket.on("roll", (view) => this.#heard.roll(view));
    socket.on("schedule", (view) => this.#heard.schedule(view));
    socket.on("checks", (view) => this.#heard.checks?.(view));
    socket.on("software", (view) => this.#heard.software(view));
    socket.on("help", (message) => this.#heard.help(message));
    socket.on("wall", (view) => this.#heard.wall(view));
    socket.on("line", (view) => this.#heard.line(view));
    socket.on("link_ended", (message) => this.#heard.ended(message));
  }

  #onConnect() {
    clearTimeout(this.#deadline);
    this.#heard.interpretation(null); // told anew right after the stage, if there is one
    this.#heard.wall({ seen: false }); // likewise
    this.#paths = setTimeout(() => this.#settle([]), PATHS_MS);
  }

  #settle(servers) {
    if (this.#ready) return;
    clearTimeout(this.#paths);
    this.#ready = true;
    this.#heard.ready(servers);
  }

  #onConnectError(error) {
    // Not active: there was a server, and it said no.
    if (!this.#socket.active) this.#heard.refused(refusalIn(error.data) ?? { code: error.message });
    if (this.#socket) this.#failed(); // unless that was the end of it
  }

  #failed() {
    this.#drop();
    this.#next = setTimeout(() => {
      this.#heard.trying();
      this.#try();
    }, this.#pause_ms());
    this.#heard.lost();
  }

  #drop() {
    clearTimeout(this.#deadline);
    clearTimeout(this.#paths);
    this.#ready = false;
    this.#socket?.removeAllListeners();
    this.#socket?.disconnect();
    this.#socket = null;
  }
}

/** The refusal in an acknowledgement ({refusal}, {ok: false, refusal} or the refusal itself), or null. */
export function refusalIn(answer) {
  if (!answer || typeof answer !== "object") return null;
  const refusal = answer.refusal ?? (answer.code ? answer : null);
  if (refusal) return refusal;
  return answer.ok === false ? { code: "no_answer" } : null;
}
