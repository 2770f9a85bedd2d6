// A picture of a video, small and grey: enough to see whether it lives.

const [WIDTH, HEIGHT] = [32, 18];

export class SmallGrey {
  #pen = new OffscreenCanvas(WIDTH, HEIGHT).getContext("2d", { willReadFrequently: true });

  /** Grey values 0 to 255. */
  take(video) {
    this.#pen.drawImage(video, 0, 0, WIDTH, HEIGHT);
    const { data } = this.#pen.getImageData(0, 0, WIDTH, HEIGHT);
    return Float32Array.from({ length: data.length / 4 }, (_nothing, at) => (data[4 * at] + data[4 * at + 1] + data[4 * at + 2]) / 3);
  }
}
