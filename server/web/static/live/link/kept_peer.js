// A peer that has been up, kept up: where nothing is heard any more it goes over to another path (an ICE restart:
// same keys, no join). Where that fails it is lost, and another must take its place; its last picture stays until then.

const SILENCE_MS = 1000; // one lost STUN check is no broken line
const RESTORE_MS = 5000; // ICE over the new path, by TURN and TCP if need be, after the answer to a restart

export class KeptPeer {
  #peer;
  #signalling;
  #heard;
  #timer = null;
  #silent = false;
  #over = false;
  #restarting = false;

  /** `heard`: {changed(), back(): heard again after a silence, lost(error): null where the line just stays silent} */
  constructor(peer, signalling, heard) {
    this.#peer = peer;
    this.#signalling = signalling;
    this.#heard = heard;
    peer.changed = () => this.#look();
  }

  get peer() {
    return this.#peer;
  }

  /** True while picture and sound may be taken to arrive: a moment's silence does not count. */
  get carries() {
    return !this.#over && !this.#silent && !this.#peer.isBroken;
  }

  /** True while it is silent and may come back. */
  get isSilent() {
    return this.#silent && !this.#over;
  }

  /** The server has ended it. */
  end() {
    this.#over = true;
    clearTimeout(this.#timer);
  }

  /** Asks the other end for another path now, whatever is known of this one; does nothing without signalling. */
  async restart() {
    if (this.#over || this.#restarting || !this.#signalling.connected) return;
    this.#restarting = true;
    try {
      await this.#peer.restart(this.#signalling);
    } catch (error) {
      if (!this.#over) this.#heard.lost(error);
      return;
    } finally {
      this.#restarting = false;
    }
    if (this.#over) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (!this.#peer.isUp) this.#heard.lost(null);
    }, RESTORE_MS);
  }

  close() {
    this.end();
    this.#peer.close();
  }

  #look() {
    if (this.#over) return;
    this.#heard.changed();
    if (this.#peer.isBroken) this.#heard.lost(null);
    else if (this.#peer.isSilent) this.#awaitSilence();
    else if (this.#peer.isUp) this.#onHeard();
  }

  #awaitSilence() {
    if (this.#silent || this.#restarting) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (!this.#peer.isSilent) return;
      this.#silent = true;
      this.#heard.changed();
      this.restart();
    }, SILENCE_MS);
  }

  #onHeard() {
    clearTimeout(this.#timer);
    const wasSilent = this.#silent;
    this.#silent = false;
    if (wasSilent) this.#heard.back();
  }
}
