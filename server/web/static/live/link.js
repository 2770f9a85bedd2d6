// One link: signalling, the peer connection, and the care that both come back by themselves.
//
// The link is negotiated once; when it breaks (no ICE answer, signalling reconnected, the server says so) the
// whole of it is made anew rather than repaired, because a new join costs one round trip and leaves no state to
// be wrong about. Sources that were published stay published across that.
//
// Events (CustomEvent, `detail`): "stage" a StageView · "slots" Map("video desk" -> track) · "state" LinkStatus ·
// "line" a reading of line.js · "ended" the refusal that ended it.

import { io } from "/static/vendor/socket.io.esm.min.js";
import { LineWatch } from "./line.js";
import { canLink, newPeer, preferLips } from "./offer.js";
import { language } from "./words.js";

const ANSWER_MS = 8000; // the server answers a join in milliseconds; 8 s covers one lost TCP segment chain
const CONNECT_MS = 10_000; // ICE and DTLS after the answer
const GRACE_MS = 2000; // "disconnected" often heals within one or two STUN checks
const FIRST_DELAY_MS = 400;
const LONGEST_DELAY_MS = 5000;

// Trying again by oneself cannot help here: a person must act, and a page that hammers would hide the reason.
const FINAL = new Set(["bad_key", "not_allowed", "no_common_codec", "replaced", "bad_sdp", "no_webrtc", "unknown_room"]);

export class Link extends EventTarget {
  #options;
  #socket = null;
  #current = null; // {peer, senders, slots, watch, over}: what is shown; `over`: the server has ended it
  #coming = null; // the same, being negotiated
  #number = 0;
  #retry = null;
  #deadline = null;
  #published = new Map();
  #lastRefusal = null;
  #wasConnected = false;
  #tries = 0;
  #ended = null;

  /** `purpose`: room, desk or watch; `key`: the room's key, empty for the desk's own pages. */
  constructor({ purpose, key = "" }) {
    super();
    this.#options = { purpose, key };
  }

  /** {phase: idle | connecting | connected | lost | ended, media, signalling, tries, refusal} */
  get status() {
    const media = this.#current?.peer.connectionState === "connected" && !this.#current.over;
    const signalling = this.#socket?.connected ?? false;
    let phase = this.#wasConnected ? "lost" : "connecting";
    if (this.#ended) phase = "ended";
    else if (!this.#socket) phase = "idle";
    else if (media && signalling) phase = "connected";
    return { phase, media, signalling, tries: this.#tries, refusal: this.#ended ?? this.#lastRefusal };
  }

  open() {
    this.close();
    this.#ended = null;
    this.#lastRefusal = null;
    this.#wasConnected = false;
    this.#tries = 0;
    if (!canLink()) return this.#end({ code: "no_webrtc" });
    const { purpose, key } = this.#options;
    this.#socket = io("/room", {
      auth: { key, purpose, language },
      transports: ["websocket", "polling"],
      reconnectionDelay: FIRST_DELAY_MS,
      reconnectionDelayMax: LONGEST_DELAY_MS,
      forceNew: true,
    });
    this.#socket.on("connect", () => this.#join());
    this.#socket.on("disconnect", (reason) => this.#onDisconnect(reason));
    this.#socket.on("connect_error", (error) => this.#onConnectError(error));
    this.#socket.io.on("reconnect_attempt", () => this.#countTry());
    this.#socket.on("stage", (stage) => this.#tell("stage", stage));
    this.#socket.on("link_ended", (message) => this.#onLinkEnded(message));
    this.#tellState();
  }

  /** Ends the link from this side; `open` starts it again. */
  close() {
    clearTimeout(this.#retry);
    clearTimeout(this.#deadline);
    this.#number += 1;
    this.#drop("#coming");
    this.#drop("#current");
    if (this.#socket) {
      if (this.#socket.connected) this.#socket.emit("leave", {});
      this.#socket.removeAllListeners();
      this.#socket.io.removeAllListeners("reconnect_attempt");
      this.#socket.disconnect();
      this.#socket = null;
    }
    this.#tellState();
  }

  /** Sends `track` as `source` (camera, microphone, document) from now on, over every rejoin; null stops it. */
  async publish(source, track) {
    if ((this.#published.get(source) ?? null) === (track ?? null)) return;
    if (track) this.#published.set(source, track);
    else this.#published.delete(source);
    await Promise.all([this.#current, this.#coming].map((made) => made?.senders.get(source)?.replaceTrack(track)));
  }

  unpublish(source) {
    return this.publish(source, null);
  }

  /** Sends one message without an answer; dropped while there is no signalling (the next state is sent whole). */
  send(event, body) {
    if (this.#socket?.connected) this.#socket.emit(event, body);
  }

  /** Sends one message and gives the refusal in its acknowledgement, or null. */
  async ask(event, body) {
    if (!this.#socket?.connected) return { code: "no_answer" };
    try {
      return refusalIn(await this.#socket.timeout(ANSWER_MS).emitWithAck(event, body));
    } catch {
      return { code: "no_answer" };
    }
  }

  async #join() {
    clearTimeout(this.#retry);
    const number = ++this.#number;
    const socket = this.#socket;
    this.#drop("#coming");
    const made = { ...newPeer(this.#options.purpose), watch: null, over: false };
    this.#coming = made;
    const mine = () => this.#number === number;
    for (const [source, track] of this.#published) await made.senders.get(source)?.replaceTrack(track);
    if (!mine()) return;
    made.peer.addEventListener("connectionstatechange", () => this.#onPeer(made));
    made.peer.addEventListener("iceconnectionstatechange", () => this.#onPeer(made));
    // Should the answer or the handshake stay out, begin again.
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#rejoin(), ANSWER_MS + CONNECT_MS);
    try {
      await made.peer.setLocalDescription(await made.peer.createOffer());
      if (!mine()) return;
      // Not waiting for candidates: the server is ICE-lite and learns the address from the first STUN check.
      const answer = await socket.timeout(ANSWER_MS).emitWithAck("join", { sdp: made.peer.localDescription.sdp });
      if (!mine()) return;
      const refusal = refusalIn(answer);
      if (refusal) return this.#onRefusal(refusal);
      await made.peer.setRemoteDescription({ type: "answer", sdp: answer.sdp });
      if (mine()) await preferLips(made.senders);
    } catch {
      if (mine()) this.#rejoin();
    }
  }

  #onPeer(made) {
    const { connectionState, iceConnectionState } = made.peer;
    if (connectionState === "connected" && made === this.#coming) {
      clearTimeout(this.#deadline);
      clearTimeout(this.#retry);
      this.#drop("#current");
      this.#current = made;
      this.#coming = null;
      this.#wasConnected = true;
      this.#tries = 0;
      this.#lastRefusal = null;
      made.watch = new LineWatch(made.peer, (reading) => this.#onReading(reading));
      this.#tell("slots", made.slots);
    } else if (made === this.#current || made === this.#coming) {
      if (connectionState === "failed" || iceConnectionState === "failed") this.#rejoin();
      else if (iceConnectionState === "disconnected") this.#rejoin(GRACE_MS, made);
    }
    this.#tellState();
  }

  /** Begins again after a growing, scattered pause: 177 rooms lose the same server at the same moment. */
  #rejoin(delay_ms = null, onlyIfStillDown = null) {
    if (this.#ended || !this.#socket) return;
    clearTimeout(this.#retry);
    const backOff = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#tries) * (0.5 + Math.random());
    this.#retry = setTimeout(() => {
      if (onlyIfStillDown && ["connected", "completed"].includes(onlyIfStillDown.peer.iceConnectionState)) return;
      if (!this.#socket?.connected) return; // "connect" will join
      this.#countTry();
      // The server must not take the new link of this room for a second screen.
      this.#socket.emit("leave", {});
      this.#join();
    }, delay_ms ?? backOff);
    this.#tellState();
  }

  #onDisconnect(reason) {
    this.#number += 1; // an answer still under way belongs to the old connection
    this.#drop("#coming");
    this.#tellState();
    // socket.io does not come back by itself when the server closed the connection.
    if (reason === "io server disconnect" && !this.#ended) this.#reconnect();
  }

  #onConnectError(error) {
    // Still active: the line is down and socket.io goes on trying. Otherwise the server said no.
    if (this.#socket && !this.#socket.active) this.#onRefusal(refusalIn(error.data) ?? { code: error.message });
    this.#tellState();
  }

  #reconnect() {
    clearTimeout(this.#retry);
    const delay_ms = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#tries) * (0.5 + Math.random());
    this.#retry = setTimeout(() => {
      this.#countTry();
      this.#socket?.connect();
    }, delay_ms);
  }

  #onLinkEnded({ refusal, rejoin }) {
    if (!rejoin) return this.#end(refusal);
    // Its last picture stays on the screen until the new link brings the next one.
    if (this.#current) this.#current.over = true;
    this.#onRefusal(refusal);
  }

  #onRefusal(refusal) {
    if (FINAL.has(refusal.code)) return this.#end(refusal);
    this.#lastRefusal = refusal;
    if (this.#socket?.connected) this.#rejoin();
    else this.#reconnect();
  }

  #end(refusal) {
    this.#ended = refusal;
    this.close();
    this.#tell("ended", refusal);
  }

  #onReading(reading) {
    if (this.#options.purpose !== "desk") this.send("received", reading.counts);
    this.#tell("line", reading);
  }

  #countTry() {
    this.#tries += 1;
    this.#tellState();
  }

  #drop(which) {
    const made = which === "#current" ? this.#current : this.#coming;
    if (which === "#current") this.#current = null;
    else this.#coming = null;
    made?.watch?.stop();
    made?.peer.close();
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #tellState() {
    this.#tell("state", this.status);
  }
}

/** The refusal in an acknowledgement ({refusal}, {ok: false, refusal} or the refusal itself), or null. */
export function refusalIn(answer) {
  if (!answer || typeof answer !== "object") return null;
  const refusal = answer.refusal ?? (answer.code ? answer : null);
  if (refusal) return refusal;
  return answer.ok === false ? { code: "no_answer" } : null;
}
