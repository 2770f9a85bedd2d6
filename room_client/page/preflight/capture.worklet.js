// Hands every sample that comes in to the page, in blocks; for some seconds at a time.

class Capture extends AudioWorkletProcessor {
  process([input]) {
    if (input.length > 0) this.port.postMessage(input[0].slice());
    return true;
  }
}

registerProcessor("tiepdan-capture", Capture);
