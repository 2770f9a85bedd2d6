// What a test sees and hears of a page: put into every page before the page's own scripts. It only looks; the one
// thing it stands in front of is the constructor of RTCPeerConnection, to know the connections a page has made.

(() => {
  const THUMBNAIL = { width: 80, height: 45 };
  const SLOTS = ["video desk", "video floor", "video document", "audio desk", "audio floor", "audio interpreter"];
  const PROGRAMME = ["video programme", "audio programme"]; // what a standard player asks for
  // 0.68 s at 48 kHz: the fake microphone beeps once a second, and a glance must rarely fall between two beeps.
  const GLANCE = 32768;

  const watch = { peers: [], offers: 0, clickedAt: 0 };
  const now = () => performance.timeOrigin + performance.now();

  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class RTCPeerConnection extends Native {
    constructor(...options) {
      super(...options);
      watch.peers.push(this);
    }
    createOffer(...options) {
      watch.offers += 1;
      return super.createOffer(...options);
    }
  };

  window.addEventListener("pointerdown", () => (watch.clickedAt = now()), true);

  const living = (watch.living = () => watch.peers.filter(({ connectionState }) => connectionState === "connected"));

  /** "video desk" and so on -> receiver, of the page's newest connection that shows the stage. */
  const receivers = () => {
    for (const peer of living().reverse()) {
      const found = peer.getTransceivers().filter(({ direction }) => direction === "recvonly");
      const names = [SLOTS, PROGRAMME].find(({ length }) => length === found.length);
      if (names) return new Map(found.map(({ receiver }, n) => [names[n], receiver]));
    }
    return new Map();
  };

  const sumOf = async (peers, type, field) => {
    let sum = 0;
    for (const peer of peers) {
      for (const entry of (await peer.getStats()).values()) if (entry.type === type) sum += entry[field] ?? 0;
    }
    return sum;
  };

  /** Packets ever received in each slot of the present connection. */
  watch.received = async () => {
    const counts = {};
    for (const [slot, receiver] of receivers()) {
      counts[slot] = 0;
      for (const entry of (await receiver.getStats()).values()) {
        if (entry.type === "inbound-rtp") counts[slot] += entry.packetsReceived;
      }
    }
    return counts;
  };

  watch.receivedInAll = () => sumOf(living(), "inbound-rtp", "packetsReceived");
  watch.sentInAll = () => sumOf(living(), "outbound-rtp", "packetsSent");

  /** What this page sends of its camera: {rid, width, frames} of each layer that is being sent. */
  watch.layers = async () => {
    const [peer] = living();
    const found = [];
    for (const entry of peer ? (await peer.getStats()).values() : []) {
      if (entry.type !== "outbound-rtp" || entry.kind !== "video") continue;
      if (entry.active === false || !entry.framesEncoded) continue; // Firefox does not say whether it is active
      found.push({ rid: entry.rid ?? "", width: entry.frameWidth ?? 0, frames: entry.framesEncoded });
    }
    return found;
  };

  /** When, in ms of the sender's clock, what `slot` plays now was taken; null while that is not known. */
  watch.playedOf = async (slot) => {
    for (const entry of (await receivers().get(slot)?.getStats())?.values() ?? []) {
      if (entry.type === "inbound-rtp") return entry.estimatedPlayoutTimestamp ?? null;
    }
    return null;
  };

  /** Sound minus picture, in ms: how much the sound of a slot is ahead of its picture. Null while not known. */
  watch.soundAhead = async (slot) => {
    const [sound, picture] = await Promise.all([watch.playedOf(`audio ${slot}`), watch.playedOf(`video ${slot}`)]);
    return sound === null || picture === null ? null : sound - picture;
  };

  /** The kind of the path in use: host, prflx, srflx or relay. */
  watch.path = async () => {
    for (const peer of living()) {
      const report = await peer.getStats();
      for (const entry of report.values()) {
        if (entry.type === "candidate-pair" && entry.nominated && entry.state === "succeeded") {
          return report.get(entry.localCandidateId)?.candidateType ?? "";
        }
      }
    }
    return "";
  };

  /** The name of the other end's ICE session: another one after a restart. */
  watch.session = () => /a=ice-ufrag:(\S+)/.exec(living().at(-1)?.remoteDescription?.sdp ?? "")?.[1] ?? "";

  /** What the newest answer says, line by line. */
  watch.answer = () => (living().at(-1)?.remoteDescription?.sdp ?? "").split("\r\n");

  /** Puts the page's clock forward, as a sleep does: no timer has run meanwhile. */
  watch.sleepFor = (ms) => {
    const native = Date.now.bind(Date);
    Date.now = () => native() + ms;
  };

  /** The state of the first connection's DTLS transport: "closed" once the other end has said goodbye. */
  watch.transport = () => watch.peers[0].getTransceivers()[0].sender.transport?.state;

  /** The codecs in which pictures come in, as "video/H264". */
  watch.codecs = async () => {
    const found = new Set();
    for (const peer of living()) {
      const report = await peer.getStats();
      for (const entry of report.values()) {
        if (entry.type === "inbound-rtp" && entry.kind === "video" && entry.codecId) found.add(report.get(entry.codecId).mimeType);
      }
    }
    return [...found];
  };

  /** The picture as small greys, row by row; null while there is none. */
  watch.thumbnail = (video) => {
    if (!video.videoWidth || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return null;
    const canvas = new OffscreenCanvas(THUMBNAIL.width, THUMBNAIL.height);
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.drawImage(video, 0, 0, canvas.width, canvas.height);
    const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
    return Array.from({ length: data.length / 4 }, (_nothing, n) => Math.round((data[4 * n] + data[4 * n + 1] + data[4 * n + 2]) / 3));
  };

  let ear = null;
  const listening = new Map();

  /** How loud a track is now, as RMS (full scale is 1). */
  watch.loudnessOf = async (track) => {
    ear ??= new AudioContext();
    if (ear.state === "suspended") await ear.resume();
    if (!listening.has(track)) {
      const analyser = new AnalyserNode(ear, { fftSize: GLANCE });
      ear.createMediaStreamSource(new MediaStream([track])).connect(analyser);
      listening.set(track, analyser);
    }
    const samples = new Float32Array(GLANCE);
    listening.get(track).getFloatTimeDomainData(samples);
    return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
  };

  watch.loudness = async (slot) => {
    const receiver = receivers().get(slot);
    return receiver ? watch.loudnessOf(receiver.track) : 0;
  };

  /** Resolves to the wall clock, in ms, of the next picture of `video` that came over the line after this call. */
  watch.nextPicture = (video) =>
    new Promise((resolve) => {
      const asked = performance.now();
      const look = (_shown, { receiveTime }) => {
        if (receiveTime === undefined || receiveTime >= asked) resolve(now());
        else video.requestVideoFrameCallback(look);
      };
      video.requestVideoFrameCallback(look);
    });

  /** Counts the pictures of `video` from now on, by what the page says of its link meanwhile. */
  watch.countPictures = (video) => {
    const count = { byLink: {}, longestGap_ms: 0, last: performance.now() };
    const look = (shown) => {
      const link = document.body.dataset.link;
      count.byLink[link] = (count.byLink[link] ?? 0) + 1;
      count.longestGap_ms = Math.max(count.longestGap_ms, shown - count.last);
      count.last = shown;
      video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);
    watch.pictures = count;
  };

  window.tiepdanWatch = watch;
})();
