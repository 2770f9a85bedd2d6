// One peer connection from its offer to its end: it joins once, and goes over to another path by an ICE restart for
// as long as the server keeps its other end.

import { newPeer, preferLips } from "./offer.js";

const JOIN_MS = 10_000; // with 600 rooms that come at once, the last is answered after some seconds
const RESTART_MS = 4000; // one round trip of the worst line that still carries sound, and a busy server

export class Peer {
  #peer;
  #senders;
  #closed = false;
  #identity = "";
  /** "video desk" and so on -> MediaStreamTrack */
  slots;

  /** Told of every change of its state; set by whoever holds it. */
  changed = () => undefined;

  /** `purpose`: as in offer.js; `servers`: TURN servers as `iceServers` has them. */
  constructor(purpose, servers) {
    const { peer, senders, slots } = newPeer(purpose, servers);
    this.#peer = peer;
    this.#senders = senders;
    this.slots = slots;
    for (const event of ["connectionstatechange", "iceconnectionstatechange"]) {
      peer.addEventListener(event, () => this.changed());
    }
  }

  get connection() {
    return this.#peer;
  }

  /** As the server names this link; empty before its answer. */
  get identity() {
    return this.#identity;
  }

  get isUp() {
    return this.#peer.connectionState === "connected";
  }

  /** True while no answer comes from the other end: it may heal by itself, or by a restart. */
  get isSilent() {
    return ["disconnected", "failed"].includes(this.#peer.iceConnectionState);
  }

  /** True when nothing but a new peer helps: the keys are gone. */
  get isBroken() {
    return this.#peer.connectionState === "failed" && !this.isSilent;
  }

  async publish(source, track) {
    await this.#senders.get(source)?.replaceTrack(track);
  }

  /** Negotiates. Throws NoAnswer, Refused, DOMException. */
  async join(signalling) {
    await this.#exchange(signalling, "join", {}, JOIN_MS);
    if (!this.#closed) await preferLips(this.#senders);
  }

  /** Goes on over another path, with the same keys. Throws as `join`. */
  async restart(signalling) {
    await this.#exchange(signalling, "restart", { iceRestart: true }, RESTART_MS);
  }

  /** Fresh credentials, for the next restart. */
  takeServers(servers) {
    this.#peer.setConfiguration({ ...this.#peer.getConfiguration(), iceServers: servers });
  }

  close() {
    this.#closed = true;
    this.#peer.close();
  }

  async #exchange(signalling, event, options, within_ms) {
    const offer = await this.#peer.createOffer(options);
    if (this.#closed) return;
    await this.#peer.setLocalDescription(offer);
    if (this.#closed) return;
    // Not waiting for candidates: the server is ICE-lite and learns the address from the first STUN check.
    const { link, sdp } = await signalling.ask(event, { sdp: this.#peer.localDescription.sdp }, within_ms);
    this.#identity = link;
    if (!this.#closed) await this.#peer.setRemoteDescription({ type: "answer", sdp });
  }
}
