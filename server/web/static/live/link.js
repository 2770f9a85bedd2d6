// One link, and the care that it comes back by itself.
//
// It is negotiated once. Where the line falls silent it goes over to another path (an ICE restart: same keys, no
// join); where that fails, where signalling was lost or the server says so, the whole of it is made anew: a join
// costs one round trip and leaves no state to be wrong about. What was shown stays until the next link is up, and
// sources that were published stay published. A link that rests keeps its connection for signalling, and has no media.
//
// Events (CustomEvent, `detail`): "stage" a StageView · "interpretation" an InterpretationView, or null · "summonses" SummonsViews · "roll" a RollView · "schedule" a ScheduleView · "checks" PlannedChecks · "software" a SoftwareView · "wall" a WallView · "help" a Help · "slots" Map("video desk" -> track), empty when it rests · "state" LinkStatus ·
// "reading" a reading of line.js · "carried" what the line carries, as LineView.layer · "ended" the refusal that
// ended it.

import { LineWatch } from "./line.js";
import { JoiningPeer } from "./link/joining_peer.js";
import { KeptPeer } from "./link/kept_peer.js";
import { canLink } from "./link/offer.js";
import { pauseBefore } from "./link/pauses.js";
import { NoAnswer, Refused, Signalling } from "./link/signalling.js";
import { askTime } from "./link/time.js";
import { Waking } from "./link/waking.js";

export { refusalIn } from "./link/signalling.js";

const ANSWER_MS = 8000; // of the server to a hand or a command

// Trying again by oneself cannot help here: a person must act, and a page that hammers would hide the reason.
const FINAL = new Set(["bad_key", "not_allowed", "no_common_codec", "replaced", "bad_sdp", "no_webrtc", "unknown_room"]);

export class Link extends EventTarget {
  #options;
  #signalling = null;
  #waking = null;
  #servers = [];
  #current = null; // the KeptPeer that is shown
  #coming = null; // the JoiningPeer that is to take its place
  #watch = null; // of #current
  #retry = null;
  #published = new Map();
  #lastRefusal = null;
  #wasConnected = false;
  #tries = 0;
  #ended = null;
  #rests;

  /** `purpose`: room, desk or watch; `key`: the room's key, empty for an enrolled device and the desk's own pages; `login`: as
   *  the desk, also in a browser that is an enrolled device; `screen`: of an appliance; `rests`: it begins without media, until `wake`. */
  constructor({ purpose, key = "", login = false, screen = false, rests = false }) {
    super();
    this.#rests = rests;
    this.#options = { purpose, key, login, screen };
  }

  /** {phase: idle | connecting | connected | resting | lost | ended, media, signalling, restoring, tries, refusal} */
  get status() {
    const media = this.#current?.carries ?? false;
    const signalling = this.#signalling?.connected ?? false;
    let phase = this.#wasConnected ? "lost" : "connecting";
    if (this.#ended) phase = "ended";
    else if (!this.#signalling) phase = "idle";
    else if (this.#rests && signalling) phase = "resting";
    else if (media && signalling) phase = "connected";
    const restoring = signalling && (this.#current?.isSilent ?? false);
    return { phase, media, signalling, restoring, tries: this.#tries, refusal: this.#ended ?? this.#lastRefusal };
  }

  open() {
    this.close();
    this.#ended = null;
    this.#lastRefusal = null;
    this.#wasConnected = false;
    this.#tries = 0;
    if (!canLink()) return this.#end({ code: "no_webrtc" });
    this.#waking = new Waking(() => this.#onWake());
    this.#signalling = new Signalling({
      ...this.#options,
      pause_ms: () => this.#pause_ms(),
      heard: {
        ready: (servers) => this.#onReady(servers),
        lost: () => this.#onSignallingLost(),
        trying: () => this.#countTry(),
        refused: (refusal) => this.#onRefusal(refusal),
        paths: (servers) => this.#takeServers(servers),
        stage: (stage) => this.#tell("stage", stage),
        interpretation: (view) => this.#tell("interpretation", view),
        summonses: ({ summonses }) => this.#tell("summonses", summonses),
        roll: (view) => this.#tell("roll", view),
        schedule: (view) => this.#tell("schedule", view),
        checks: ({ checks }) => this.#tell("checks", checks),
        software: (view) => this.#tell("software", view),
        help: (message) => this.#tell("help", message),
        wall: (view) => this.#tell("wall", view),
        line: ({ layer }) => this.#tell("carried", layer),
        ended: (message) => this.#onLinkEnded(message),
      },
    });
    this.#signalling.open();
    this.#tellState();
  }

  /** Lets go of picture and sound, and stays in touch. */
  rest() {
    if (this.#rests) return;
    this.#rests = true;
    clearTimeout(this.#retry);
    this.#dropComing();
    this.#dropCurrent();
    this.#signalling?.send("leave", {});
    this.#tell("slots", new Map());
    this.#onBack();
  }

  /** Picture and sound from now on. */
  wake() {
    if (!this.#rests) return;
    this.#rests = false;
    this.#wasConnected = false; // nothing is lost: it begins
    if (this.#signalling?.connected) this.#join();
    this.#tellState();
  }

  /** Ends the link from this side; `open` starts it again. */
  close() {
    clearTimeout(this.#retry);
    this.#waking?.stop();
    this.#waking = null;
    this.#dropComing();
    this.#dropCurrent();
    this.#signalling?.send("leave", {});
    this.#signalling?.close();
    this.#signalling = null;
    this.#tellState();
  }

  /** Sends `track` as `source` (camera, microphone, document, interpretation) from now on, over every rejoin; null stops it. */
  async publish(source, track) {
    if ((this.#published.get(source) ?? null) === (track ?? null)) return;
    if (track) this.#published.set(source, track);
    else this.#published.delete(source);
    await Promise.all([this.#current, this.#coming].map((held) => held?.peer.publish(source, track ?? null)));
  }

  unpublish(source) {
    return this.publish(source, null);
  }

  /** Sends one message without an answer; dropped while there is no signalling (the next state is sent whole). */
  send(event, body) {
    this.#signalling?.send(event, body);
  }

  /** Sends one message and gives the refusal in its acknowledgement, or null. */
  async ask(event, body) {
    try {
      await this.#signalling?.ask(event, body, ANSWER_MS);
      return this.#signalling ? null : { code: "no_answer" };
    } catch (error) {
      return refusalOf(error);
    }
  }

  /** The acknowledgement of one message. Throws Refused, NoAnswer. */
  async request(event, body, within_ms = ANSWER_MS) {
    if (!this.#signalling) throw new NoAnswer(event);
    return this.#signalling.ask(event, body, within_ms);
  }

  /** The TURN servers, as the server told them last. */
  get servers() {
    return this.#servers;
  }

  // --- joining

  #onReady(servers) {
    this.#takeServers(servers);
    if (this.#rests) {
      this.#wasConnected = true;
      return this.#onBack();
    }
    this.#join();
    this.#tellState();
  }

  #join() {
    clearTimeout(this.#retry);
    this.#dropComing();
    const coming = new JoiningPeer({
      purpose: this.#options.purpose,
      servers: this.#servers,
      heard: { up: (peer) => this.#onUp(peer), failed: (error) => this.#onFailure(error) },
    });
    this.#coming = coming;
    coming.start(this.#signalling, this.#published);
  }

  #onUp(peer) {
    const before = this.#current;
    this.#coming = null;
    this.#current = new KeptPeer(peer, this.#signalling, {
      changed: () => this.#tellState(),
      back: () => this.#onBack(),
      lost: (error) => this.#onLost(error),
    });
    this.#wasConnected = true;
    this.#onBack();
    this.#watch?.stop();
    this.#watch = new LineWatch(peer.connection, (reading) => this.#onReading(reading));
    this.#tell("slots", peer.slots);
    before?.close();
  }

  /** Without an answer the connection is of no use; after a refusal only the link is. */
  #onFailure(error) {
    this.#coming = null;
    if (error instanceof NoAnswer) this.#signalling.renew();
    else if (error instanceof Refused) this.#onRefusal(error.refusal);
    else {
      if (error && !(error instanceof DOMException)) reportError(error);
      this.#rejoin();
    }
  }

  /** Joins again after a growing, scattered pause. */
  #rejoin() {
    if (this.#ended || this.#rests || !this.#signalling) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      if (!this.#signalling.connected) return; // "ready" will join
      this.#countTry();
      // The server must not take the new link of this room for a second screen.
      this.#signalling.send("leave", {});
      this.#join();
    }, this.#pause_ms());
    this.#tellState();
  }

  // --- keeping what is there

  #onBack() {
    if (!this.#coming) clearTimeout(this.#retry);
    this.#tries = 0;
    this.#lastRefusal = null;
    this.#tellState();
  }

  /** The present peer cannot be kept; what takes its place may be under way already. */
  #onLost(error) {
    if (this.#coming) return;
    if (error instanceof NoAnswer && this.#signalling.connected) this.#signalling.renew();
    // A refused restart alone is no reason to say anything to people.
    else if (!(error instanceof NoAnswer)) this.#rejoin();
  }

  /** The computer has slept, or is in another network: ask at once instead of waiting until something fails. */
  #onWake() {
    this.#askTime();
    if (!this.#signalling.connected) this.#signalling.hurry();
    else if (!this.#coming) this.#current?.restart();
  }

  async #askTime() {
    const signalling = this.#signalling;
    const answered = await askTime(signalling);
    // A link with media finds out by itself.
    if (!answered && this.#rests && this.#signalling === signalling && signalling.connected) signalling.renew();
    this.#tellState();
  }

  // --- signalling

  #takeServers(servers) {
    this.#servers = servers;
    this.#current?.peer.takeServers(servers);
  }

  #onSignallingLost() {
    clearTimeout(this.#retry); // the next connection joins by itself
    this.#dropComing(); // an answer still under way belongs to the old connection
    this.#tellState();
  }

  #onLinkEnded({ link, refusal, rejoin }) {
    if (!rejoin) return this.#end(refusal);
    if (this.#rests) return; // told late, of the link that was let go of
    const coming = this.#coming?.peer.identity;
    // Of a link that is no more, told late: the next one is under way or there.
    if (link && link !== coming && link !== this.#current?.peer.identity) return;
    if (!link || link !== coming) this.#current?.end(); // its last picture stays until the next link brings another
    this.#onRefusal(refusal);
  }

  #onRefusal(refusal) {
    if (FINAL.has(refusal.code)) return this.#end(refusal);
    this.#lastRefusal = refusal;
    if (this.#signalling.connected) this.#rejoin();
  }

  #end(refusal) {
    this.#ended = refusal;
    this.close();
    this.#tell("ended", refusal);
  }

  // --- odds and ends of one link

  #pause_ms() {
    return pauseBefore(this.#tries, this.#lastRefusal ? "refusal" : "silence");
  }

  #onReading(reading) {
    if (this.#options.purpose !== "desk") this.send("received", reading.counts);
    this.#tell("reading", reading);
  }

  #countTry() {
    this.#tries += 1;
    this.#tellState();
  }

  #dropComing() {
    this.#coming?.close();
    this.#coming = null;
  }

  #dropCurrent() {
    this.#watch?.stop();
    this.#watch = null;
    this.#current?.close();
    this.#current = null;
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #tellState() {
    this.#tell("state", this.status);
  }
}

function refusalOf(error) {
  if (error instanceof Refused) return error.refusal;
  if (error instanceof NoAnswer) return { code: "no_answer" };
  throw error;
}
