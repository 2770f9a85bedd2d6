// The page fills the screen with the first key or click; Escape is respected afterwards.

export class FullScreen {
  #begun = false;

  /** At the first time only. */
  begin() {
    if (this.#begun) return;
    this.#begun = true;
    this.go();
  }

  async go() {
    if (document.fullscreenElement || !document.documentElement.requestFullscreen) return;
    await document.documentElement.requestFullscreen({ navigationUI: "hide" }).catch(() => undefined);
  }
}
