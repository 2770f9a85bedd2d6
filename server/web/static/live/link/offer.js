// The one offer of PROTOCOL.md: which m-lines a link has, in which order, and what each is for. It is made once
// for a link; giving the floor, taking it back, showing a document only ever replaces tracks.

const RECEIVED = [
  ["video", "desk"], ["video", "floor"], ["video", "document"],
  ["audio", "desk"], ["audio", "floor"], ["audio", "interpreter"],
];
const CAMERA_AND_MICROPHONE = [["video", "camera"], ["audio", "microphone"]];

const PURPOSES = {
  room: { sent: CAMERA_AND_MICROPHONE, received: RECEIVED },
  desk: { sent: [...CAMERA_AND_MICROPHONE, ["video", "document"], ["audio", "interpretation"]], received: [] },
  watch: { sent: [], received: RECEIVED },
};

// 2 Mbit/s carries 720p30 of people at a table, and is what the rooms' lines were planned for. The camera is sent in
// three layers, of which the server passes to each room what its line carries; the best stands first, because it is
// the one that stays where the other end takes only one. A document is read, not watched: a smaller one is no use.
const LAYERS = [
  { rid: "h", maxBitrate: 2_000_000 },
  { rid: "m", maxBitrate: 600_000, scaleResolutionDownBy: 2 },
  { rid: "l", maxBitrate: 150_000, scaleResolutionDownBy: 4, maxFramerate: 15 },
];
const ENCODINGS = {
  camera: LAYERS,
  document: [{ maxBitrate: 1_500_000 }], // changes rarely; its bits go into sharpness
  microphone: [{ maxBitrate: 40_000 }],
  interpretation: [{ maxBitrate: 40_000 }],
};

// A face: lips must move with the words, so a short line costs sharpness, not frames. A document: the
// other way round, one sharp page late is better than a smooth blur.
const PREFERENCE = { camera: "maintain-framerate", document: "maintain-resolution" };

/** True where this browser can hold a link at all. */
export const canLink = () => typeof RTCPeerConnection === "function";

/**
 * A new peer connection for `purpose` with its m-lines; `servers` are TURN servers, none where the server can be
 * reached directly (being ICE-lite, it needs no STUN server).
 * `senders`: name of the source -> RTCRtpSender; `slots`: "video desk" and so on -> MediaStreamTrack.
 */
export function newPeer(purpose, servers) {
  const { sent, received } = PURPOSES[purpose];
  const peer = new RTCPeerConnection({ iceServers: servers, bundlePolicy: "max-bundle", rtcpMuxPolicy: "require" });
  const senders = new Map();
  const slots = new Map();
  for (const [kind, source] of sent) senders.set(source, addSender(peer, kind, ENCODINGS[source]));
  for (const [kind, slot] of received) {
    const { receiver } = peer.addTransceiver(kind, { direction: "recvonly" });
    slots.set(`${kind} ${slot}`, receiver.track);
  }
  return { peer, senders, slots };
}

/** A browser that cannot send in layers sends the best one. */
function addSender(peer, kind, encodings) {
  const add = (sendEncodings) => peer.addTransceiver(kind, { direction: "sendonly", sendEncodings }).sender;
  if (encodings.length === 1) return add(encodings);
  try {
    return add(encodings);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof DOMException)) throw error;
    return add([{ maxBitrate: encodings[0].maxBitrate }]);
  }
}

/** Sets what to give up first on a short line; a browser that does not know the setting keeps its own. */
export async function preferLips(senders) {
  for (const [source, sender] of senders) {
    if (!PREFERENCE[source]) continue;
    const parameters = sender.getParameters();
    parameters.degradationPreference = PREFERENCE[source];
    try {
      await sender.setParameters(parameters);
    } catch (error) {
      if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
    }
  }
}
