// A peer on its way from the offer to the first packet that is secured; it comes up, or it fails and says why.

import { Peer } from "./peer.js";

const CONNECT_MS = 8000; // ICE and DTLS, after the answer

export class JoiningPeer {
  #peer;
  #heard;
  #deadline = null;
  #over = false;

  /** `heard`: {up(peer), failed(error): null where there was an answer and then nothing}; one of them, once. */
  constructor({ purpose, servers, heard }) {
    this.#heard = heard;
    this.#peer = new Peer(purpose, servers);
    this.#peer.changed = () => this.#look();
  }

  get peer() {
    return this.#peer;
  }

  /** `published`: Map of source -> track, sent from the first moment. */
  async start(signalling, published) {
    try {
      for (const [source, track] of published) await this.#peer.publish(source, track);
      await this.#peer.join(signalling);
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (!this.#over) this.#deadline = setTimeout(() => this.#fail(null), CONNECT_MS);
  }

  close() {
    this.#end();
    this.#peer.close();
  }

  #look() {
    if (this.#over) return;
    if (this.#peer.isUp) {
      this.#end();
      this.#heard.up(this.#peer);
    } else if (this.#peer.isBroken || this.#peer.isSilent) this.#fail(null);
  }

  #fail(error) {
    if (this.#over) return;
    this.close();
    this.#heard.failed(error);
  }

  #end() {
    this.#over = true;
    clearTimeout(this.#deadline);
  }
}
