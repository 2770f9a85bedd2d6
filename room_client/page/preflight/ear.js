// What the microphone hears, sample by sample, as it is: echo cancellation would take away just what is listened for.

const RAW = { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 };
const SILENT_MS = 3000; // of a device that is open and gives nothing at all: not even silence

/** A microphone that is open for a check; `close` it. Null where there is none. */
export async function openEar(context, microphone) {
  const wish = { ...RAW, ...(microphone ? { deviceId: microphone } : {}) };
  const stream = await navigator.mediaDevices?.getUserMedia({ audio: wish }).catch(() => null);
  if (!stream) return null;
  await context.audioWorklet.addModule(new URL("capture.worklet.js", import.meta.url));
  return new Ear(context, stream);
}

class Ear {
  #stream;
  #source;
  #capture;
  #rate_hz;

  constructor(context, stream) {
    this.#stream = stream;
    this.#rate_hz = context.sampleRate;
    this.#source = context.createMediaStreamSource(stream);
    this.#capture = new AudioWorkletNode(context, "tiepdan-capture", { numberOfInputs: 1, numberOfOutputs: 0 });
    this.#source.connect(this.#capture);
  }

  /** The samples of the next `seconds`; fewer where nothing comes. */
  listen(seconds) {
    const wanted = Math.round(seconds * this.#rate_hz);
    const heard = new Float32Array(wanted);
    let length = 0;
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(deadline);
        this.#capture.port.onmessage = null;
        resolve(heard.subarray(0, length));
      };
      const deadline = setTimeout(end, seconds * 1000 + SILENT_MS);
      this.#capture.port.onmessage = ({ data }) => {
        const part = data.subarray(0, wanted - length);
        heard.set(part, length);
        length += part.length;
        if (length === wanted) end();
      };
    });
  }

  close() {
    this.#source.disconnect();
    this.#capture.port.close();
    for (const track of this.#stream.getTracks()) track.stop();
  }
}
