// The figures of what came down, from readings of a browser's counters. Pure.

const PACKET_BYTES = 28 + 16; // IP and UDP, and what SRTP adds: the line carries them, no counter names them
const WINDOW_MS = 3000;
const LEAST_MS = 2000; // a busy computer reads its counters late
const QUEUES_FILL_MS = 700;
const ENOUGH_PACKETS = 50;

/**
 * `readings`: {at_ms, packets, lost, bytes: with RTP headers, jitter_s, trip_s: 0 where unknown}, in order; little is sent until
 * `soft_ms`, then much. Figures that nothing can be said of are left out.
 */
export function figuresDown(readings, soft_ms) {
  const soft = readings.filter(({ at_ms }) => at_ms <= soft_ms);
  const loud = readings.filter(({ at_ms }) => at_ms >= soft_ms + QUEUES_FILL_MS);
  const figures = {};
  const last = soft.at(-1);
  if (last && last.packets >= ENOUGH_PACKETS) {
    figures.loss_down_percent = (100 * Math.max(0, last.lost)) / (last.packets + Math.max(0, last.lost));
    figures.jitter_down_ms = 1000 * last.jitter_s;
  }
  const trips = soft.map(({ trip_s }) => trip_s).filter((trip_s) => trip_s > 0);
  if (trips.length > 0) figures.rtt_ms = 1000 * Math.min(...trips); // a busy computer only makes them longer
  const most = Math.max(...loud.map((from, n) => rateAfter(from, loud.slice(n + 1))));
  if (Number.isFinite(most)) figures.down_kbps = most;
  return figures;
}

/** Over the first three seconds after a reading, or what there is of them, in kbit/s; -Infinity where that is little. */
function rateAfter(from, later) {
  const to = later.find(({ at_ms }) => at_ms - from.at_ms >= WINDOW_MS) ?? later.at(-1);
  if (!to || to.at_ms - from.at_ms < LEAST_MS) return -Infinity;
  const bytes = to.bytes - from.bytes + PACKET_BYTES * (to.packets - from.packets);
  return (8 * bytes) / (to.at_ms - from.at_ms);
}
