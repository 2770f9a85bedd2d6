// What the computer in the room is like: what its browser decodes, and whether its clock is right.

import { serverNow } from "../../web/live/clock.js";

const DECODERS = { h264: "video/h264", vp8: "video/vp8" };

/** Findings. `now_ms`: of the computer's own clock. */
export function lookAtComputer(now_ms = Date.now()) {
  const codecs = RTCRtpReceiver.getCapabilities?.("video")?.codecs;
  const names = new Set(codecs?.map(({ mimeType }) => mimeType.toLowerCase()));
  const decoders = codecs ? Object.entries(DECODERS).map(([what, name]) => ({ what, outcome: names.has(name) ? "works" : "missing" })) : [];
  const ahead_s = Math.round((now_ms - serverNow()) / 100) / 10;
  return [...decoders, { what: "clock", outcome: "compared", figures: { ahead_s } }];
}
