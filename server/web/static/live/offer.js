// The one offer of PROTOCOL.md: which m-lines a link has, in which order, and what each is for. It is made once
// for a link; giving the floor, taking it back, showing a document only ever replaces tracks.

const RECEIVED = [
  ["video", "desk"], ["video", "floor"], ["video", "document"],
  ["audio", "desk"], ["audio", "floor"], ["audio", "interpreter"],
];
const CAMERA_AND_MICROPHONE = [["video", "camera"], ["audio", "microphone"]];

const PURPOSES = {
  room: { sent: CAMERA_AND_MICROPHONE, received: RECEIVED },
  desk: { sent: [...CAMERA_AND_MICROPHONE, ["video", "document"]], received: [] },
  watch: { sent: [], received: RECEIVED },
};

// 2 Mbit/s carries 720p30 of people at a table, and is what the rooms' lines were planned for. A document
// changes rarely; its bits go into sharpness.
const MOST_BPS = { camera: 2_000_000, document: 1_500_000, microphone: 40_000 };

// A face: lips must move with the words, so a short line costs sharpness, not frames. A document: the
// other way round, one sharp page late is better than a smooth blur.
const PREFERENCE = { camera: "maintain-framerate", document: "maintain-resolution" };

/** True where this browser can hold a link at all. */
export const canLink = () => typeof RTCPeerConnection === "function";

/**
 * A new peer connection for `purpose` with its m-lines.
 * `senders`: name of the source -> RTCRtpSender; `slots`: "video desk" and so on -> MediaStreamTrack.
 */
export function newPeer(purpose) {
  const { sent, received } = PURPOSES[purpose];
  // No ICE servers: the government's network has none, and the server (ICE-lite) is reached directly.
  const peer = new RTCPeerConnection({ iceServers: [], bundlePolicy: "max-bundle", rtcpMuxPolicy: "require" });
  const senders = new Map();
  const slots = new Map();
  for (const [kind, source] of sent) {
    const { sender } = peer.addTransceiver(kind, {
      direction: "sendonly",
      sendEncodings: [{ maxBitrate: MOST_BPS[source] }],
    });
    senders.set(source, sender);
  }
  for (const [kind, slot] of received) {
    const { receiver } = peer.addTransceiver(kind, { direction: "recvonly" });
    slots.set(`${kind} ${slot}`, receiver.track);
  }
  return { peer, senders, slots };
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
