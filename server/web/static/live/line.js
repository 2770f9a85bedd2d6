// What the line carries, read from the browser's own statistics every 2 s: counts for the server
// (`received` in PROTOCOL.md), and one word for people.

const EVERY_MS = 2000;

// A word, not a figure: from 2 % loss or 300 ms on, speech begins to suffer; from 8 % or 800 ms on, one
// cannot follow it. Nothing received for two readings while something should come is bad as well.
const WEAK = { loss: 0.02, rtt_ms: 300 };
const BAD = { loss: 0.08, rtt_ms: 800 };

/** Watches one peer connection until `stop`. `heard({counts, quality, fps, rtt_ms, loss})` on each reading. */
export class LineWatch {
  #peer;
  #heard;
  #timer;
  #before = null;

  constructor(peer, heard) {
    this.#peer = peer;
    this.#heard = heard;
    this.#timer = setInterval(() => this.#read(), EVERY_MS);
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = null;
  }

  async #read() {
    if (this.#peer.connectionState !== "connected") return;
    const report = await this.#peer.getStats().catch(() => null);
    if (!report || this.#timer === null) return;
    const reading = readingOf(report);
    const before = this.#before ?? reading;
    this.#before = reading;
    const got = reading.received - before.received;
    const lost = Math.max(0, reading.lost - before.lost);
    const loss = reading.remoteLoss ?? (got + lost > 0 ? lost / (got + lost) : 0);
    this.#heard({
      counts: reading.counts,
      quality: qualityOf(loss, reading.rtt_ms),
      moving: got > 0,
      fps: reading.fps,
      rtt_ms: reading.rtt_ms,
      loss,
    });
  }
}

function qualityOf(loss, rtt_ms) {
  if (loss >= BAD.loss || rtt_ms >= BAD.rtt_ms) return "bad";
  if (loss >= WEAK.loss || rtt_ms >= WEAK.rtt_ms) return "weak";
  return "good";
}

function readingOf(report) {
  const counts = { video_packets: 0, audio_packets: 0, lost_packets: 0, frames: 0 };
  let fps = 0;
  let rtt_ms = 0;
  let remoteLoss = null;
  for (const entry of report.values()) {
    if (entry.type === "inbound-rtp") {
      counts[entry.kind === "video" ? "video_packets" : "audio_packets"] += entry.packetsReceived ?? 0;
      counts.lost_packets += Math.max(0, entry.packetsLost ?? 0);
      counts.frames += entry.framesDecoded ?? 0;
      fps = Math.max(fps, entry.framesPerSecond ?? 0);
    } else if (entry.type === "remote-inbound-rtp" && entry.fractionLost !== undefined) {
      // What the server says of what this page sends: for the desk's camera page the only line there is.
      remoteLoss = Math.max(remoteLoss ?? 0, entry.fractionLost);
    } else if (entry.type === "candidate-pair" && entry.nominated && entry.currentRoundTripTime !== undefined) {
      rtt_ms = entry.currentRoundTripTime * 1000;
    }
  }
  const received = counts.video_packets + counts.audio_packets;
  return { counts, received, lost: counts.lost_packets, fps, rtt_ms, remoteLoss };
}
