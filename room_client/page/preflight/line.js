// What the room's line is worth: by which ways the media port is reached, and what gets through, both ways. Over peer
// connections of its own, beside the room's link: see PROTOCOL.md, "The line".

import { audioContext } from "../../web/live/level.js";
import { figuresDown } from "./line_figures.js";

const SOUNDS = 7; // the first is soft; six of 510 kbit/s are more than a camera sends
const CONNECT_MS = 6000;
const SOFT_MS = 5000;
const LOUD_MS = 5000;
const READ_MS = 250;
const SETTLES_MS = 14_000; // a thin line was full for five seconds, for signalling, too; the link lives ten more
const RELAYED_BY_TCP = /^turns:|transport=tcp/i;
const TRIES = 8;
const PAUSE_MS = 8000; // and as much again by chance: four rooms measure at once

/**
 * Findings. `request(event, body, within_ms)`: the server's acknowledgement; `servers`: TURN servers as `iceServers` has them;
 * `goesOn()`: false where a reception was opened meanwhile.
 */
export async function measureLine({ request, servers, goesOn }) {
  try {
    return await measureWays({ request, servers, goesOn });
  } catch (error) {
    if (!error?.refusal) throw error;
    return [{ what: "line", outcome: "unmeasured" }];
  }
}

async function measureWays({ request, servers, goesOn }) {
  const ways = [["udp", { iceServers: [] }], ...relays(servers)];
  const findings = [];
  let measured = null;
  for (const [what, configuration] of ways) {
    const found = await tryWay(configuration, { request, goesOn, measures: measured === null });
    if (!goesOn()) return [];
    findings.push({ what, outcome: found ? "works" : "blocked" });
    if (found && measured === null) measured = found;
  }
  const line = measured ? { what: "line", outcome: "measured", figures: measured } : { what: "line", outcome: "failed" };
  return [...findings, line];
}

function relays(servers) {
  const only = (wanted) =>
    servers.map((server) => ({ ...server, urls: [server.urls].flat().filter(wanted) })).filter(({ urls }) => urls.length > 0);
  const groups = [["turn_udp", only((url) => !RELAYED_BY_TCP.test(url))], ["turn_tcp", only((url) => RELAYED_BY_TCP.test(url))]];
  return groups.filter(([, found]) => found.length > 0).map(([what, iceServers]) => [what, { iceServers, iceTransportPolicy: "relay" }]);
}

/** The figures ({} where nothing is measured) if a link comes about by it, else null. Throws Refused, NoAnswer. */
async function tryWay(configuration, { request, goesOn, measures }) {
  const noise = makeNoise();
  const peer = new RTCPeerConnection({ ...configuration, bundlePolicy: "max-bundle", rtcpMuxPolicy: "require" });
  try {
    peer.addTransceiver("video", { direction: "recvonly" });
    const senders = Array.from({ length: SOUNDS }, () => peer.addTransceiver("audio", { direction: "sendonly" }).sender);
    await peer.setLocalDescription(await peer.createOffer());
    const { link, sdp } = await askWithPatience(request, { sdp: peer.localDescription.sdp }, goesOn);
    await senders[0].replaceTrack(noise.track);
    await peer.setRemoteDescription({ type: "answer", sdp });
    const connected = await comesAbout(peer);
    const down = connected && measures ? await listen(peer, senders, noise.track, goesOn) : {};
    const up = await request("line_check_end", { link }, SETTLES_MS).catch(() => ({}));
    if (!connected) return null;
    return measures ? known({ ...down, ...up }) : {};
  } finally {
    peer.close();
    noise.stop();
  }
}

async function askWithPatience(request, body, goesOn) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await request("line_check", body);
    } catch (error) {
      if (error?.refusal?.code !== "not_now" || tries === TRIES || !goesOn()) throw error;
      await pause(PAUSE_MS * (1 + Math.random()));
    }
  }
}

function comesAbout(peer) {
  return new Promise((resolve) => {
    const end = (result) => {
      clearTimeout(deadline);
      peer.onconnectionstatechange = null;
      resolve(result);
    };
    const deadline = setTimeout(() => end(false), CONNECT_MS);
    const look = () => {
      if (peer.connectionState === "connected") end(true);
      else if (["failed", "closed"].includes(peer.connectionState)) end(false);
    };
    peer.onconnectionstatechange = look;
    look();
  });
}

/** Softly first, then with everything; what came down, as readings from which the figures are made. */
async function listen(peer, senders, track, goesOn) {
  const began = performance.now();
  const readings = [];
  let loud = false;
  for (let at = 0; at < SOFT_MS + LOUD_MS && goesOn(); at = performance.now() - began) {
    if (!loud && at >= SOFT_MS) {
      loud = true;
      await Promise.all(senders.slice(1).map((sender) => sender.replaceTrack(track.clone())));
    }
    readings.push(read(await peer.getStats(), performance.now() - began));
    await pause(READ_MS);
  }
  readings.push(read(await peer.getStats(), performance.now() - began));
  for (const sender of senders) sender.track?.stop();
  return figuresDown(readings, SOFT_MS);
}

function read(report, at_ms) {
  const reading = { at_ms, packets: 0, lost: 0, bytes: 0, jitter_s: 0, trip_s: 0 };
  for (const one of report.values()) {
    if (one.type === "inbound-rtp" && one.kind === "video") {
      reading.packets = one.packetsReceived ?? 0;
      reading.lost = one.packetsLost ?? 0;
      reading.bytes = (one.bytesReceived ?? 0) + (one.headerBytesReceived ?? 0);
      reading.jitter_s = one.jitter ?? 0;
    } else if (one.type === "candidate-pair" && one.nominated) {
      reading.trip_s = one.currentRoundTripTime ?? 0;
    }
  }
  return reading;
}

/** Something that no codec makes small, without a microphone: nobody is heard. */
function makeNoise() {
  const context = audioContext();
  const buffer = context.createBuffer(2, context.sampleRate, context.sampleRate);
  for (const channel of [0, 1]) {
    const samples = buffer.getChannelData(channel);
    for (let n = 0; n < samples.length; n += 1) samples[n] = Math.random() - 0.5;
  }
  const source = new AudioBufferSourceNode(context, { buffer, loop: true });
  const out = context.createMediaStreamDestination();
  out.channelCount = 2;
  source.connect(out);
  source.start();
  const [track] = out.stream.getAudioTracks();
  return {
    track,
    stop() {
      source.stop();
      source.disconnect();
      track.stop();
    },
  };
}

const known = (figures) =>
  Object.fromEntries(Object.entries(figures).filter(([, value]) => Number.isFinite(value)).map(([name, value]) => [name, Math.round(10 * value) / 10]));

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
