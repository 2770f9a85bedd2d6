// A short tone from the room's loudspeaker: somebody in the room should look up.

const TONE_HZ = [880, 1320];
const SECONDS = 1.2;

export function chime(context) {
  const gain = new GainNode(context, { gain: 0 });
  gain.connect(context.destination);
  const now = context.currentTime;
  gain.gain.linearRampToValueAtTime(0.5, now + 0.05);
  gain.gain.setValueAtTime(0.5, now + SECONDS - 0.3);
  gain.gain.linearRampToValueAtTime(0, now + SECONDS);
  for (const frequency of TONE_HZ) {
    const tone = new OscillatorNode(context, { frequency });
    tone.connect(gain);
    tone.start(now);
    tone.stop(now + SECONDS);
  }
}
