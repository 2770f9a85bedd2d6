// The desk's own picture, sound and documents, sent from this window. One DESK link, opened with the first thing
// sent and closed with the last; camera and microphone are asked for only when they are to be sent.

import { Devices, deviceTrouble } from "../web/live/devices.js";
import { element, part, setAttribute, setHidden, setIcon, setText } from "../web/live/elements.js";
import { LevelMeter, showLevel } from "../web/live/level.js";
import { Link } from "../web/live/link.js";
import { refusalSentence, say } from "../web/live/words.js";
import { DeviceChoice } from "./device_choice.js";

export class DeskPublisher {
  #link = null;
  #devices = null;
  #document = null;
  #fail;
  #over = false; // the reception: nothing is sent any more
  #stoppedByEnd = false;
  #preview = element("video", { class: "own", playsinline: true, hidden: true, "data-testid": "own-preview" });
  #meter = element("span", { class: "meter", hidden: true, role: "img", "aria-label": say("sound.level") });
  #level = new LevelMeter((level) => showLevel(this.#meter, level));
  #send = this.#button("video", "publish-toggle", () => this.#toggleSending());
  #share = this.#button("monitor-up", "document-toggle", () => this.#toggleDocument());
  #microphone = this.#button("mic", "microphone-toggle", () => this.#toggleMicrophone());
  #choice = new DeviceChoice();
  #words = element("span", { class: "publish-words", role: "status", "data-testid": "publish-words" });

  /** `sound`: the buttons for the stage's sound in this window; `fail(sentence)` shows what went wrong. */
  constructor({ sound, fail }) {
    this.#fail = fail;
    this.#preview.muted = true;
    const page = element("a", { class: "button", href: "/desk/camera", target: "_blank", rel: "noopener", icon: "camera", "data-testid": "camera-page", title: say("publish.page") }, element("span", { text: say("publish.page") }));
    const controls = element("div", { class: "publish-controls" }, this.#send, this.#microphone, this.#meter, this.#share, page, ...sound, this.#choice.root, this.#words);
    part("publish").append(this.#preview, controls);
    window.addEventListener("pagehide", () => this.#close());
    this.#draw();
  }

  /** `over`: the reception has ended or was called off. What is being sent stops, the devices are let go. */
  setOver(over) {
    if (over === this.#over) return;
    this.#over = over;
    this.#stoppedByEnd = over && (this.#devices !== null || this.#document !== null);
    if (over && this.#devices) this.#stopSending();
    if (over && this.#document) this.#stopDocument();
    this.#draw();
  }

  async #toggleSending() {
    if (this.#devices) return this.#stopSending();
    const devices = new Devices();
    this.#devices = devices;
    devices.addEventListener("change", () => {
      if (this.#devices === devices) this.#onDevices();
    });
    this.#send.setAttribute("aria-busy", "true");
    await devices.start();
    this.#send.removeAttribute("aria-busy");
    if (this.#devices !== devices) return; // stopped meanwhile
    await this.#choice.offer(devices);
    this.#draw();
  }

  #stopSending() {
    const devices = this.#devices;
    this.#devices = null;
    this.#link?.unpublish("camera");
    this.#link?.unpublish("microphone");
    devices.stop();
    this.#send.removeAttribute("aria-busy");
    this.#preview.srcObject = null;
    this.#level.measure(null);
    this.#choice.withdraw();
    this.#closeIfIdle();
    this.#draw();
  }

  #onDevices() {
    const camera = this.#devices.track("camera");
    const microphone = this.#devices.track("microphone");
    if (camera || microphone) {
      this.#openLink();
      this.#link.publish("camera", camera);
      this.#link.publish("microphone", microphone);
    }
    this.#level.measure(microphone);
    if (this.#preview.srcObject?.getTracks()[0] !== camera) {
      this.#preview.srcObject = camera ? new MediaStream([camera]) : null;
      if (camera) this.#preview.play().catch(() => undefined);
    }
    const trouble = deviceTrouble(this.#devices);
    if (trouble) this.#fail(say(trouble));
    this.#draw();
  }

  #toggleMicrophone() {
    this.#devices?.switchOff("microphone", this.#devices.state("microphone") !== "off");
  }

  async #toggleDocument() {
    if (this.#document) return this.#stopDocument();
    let stream;
    try {
      // 5 pictures a second are plenty for paper and slides, and leave the bits to sharpness.
      stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { ideal: 5, max: 15 } }, audio: false });
    } catch {
      this.#fail(say(navigator.mediaDevices ? "publish.document.cancelled" : "devices.insecure"));
      return;
    }
    const [track] = stream.getVideoTracks();
    if (this.#over) return track.stop(); // it ended while the person was choosing
    track.contentHint = "text";
    track.addEventListener("ended", () => this.#stopDocument()); // the browser's own "stop sharing"
    this.#document = track;
    this.#openLink();
    this.#link.publish("document", track);
    this.#draw();
  }

  #stopDocument() {
    this.#document?.stop();
    this.#document = null;
    this.#link?.unpublish("document");
    this.#closeIfIdle();
    this.#draw();
  }

  #openLink() {
    if (this.#link) return;
    this.#link = new Link({ purpose: "desk" });
    this.#link.addEventListener("state", () => this.#draw());
    this.#link.addEventListener("ended", (event) => {
      this.#fail(refusalSentence(event.detail));
      this.#link = null;
      if (this.#devices) this.#stopSending();
      if (this.#document) this.#stopDocument();
    });
    this.#link.open();
  }

  #closeIfIdle() {
    if (!this.#devices && !this.#document) this.#close();
  }

  #close() {
    this.#link?.close();
    this.#link = null;
  }

  #draw() {
    const sending = this.#devices !== null;
    const phase = this.#link?.status.phase ?? "idle";
    setAttribute(document.body, "data-desk-link", phase);
    setAttribute(document.body, "data-publishing", sending);
    setAttribute(document.body, "data-document", this.#document !== null);
    label(this.#send, sending ? "video-off" : "video", say(sending ? "publish.stop" : "publish.start"), sending);
    label(this.#share, this.#document ? "monitor-x" : "monitor-up", say(this.#document ? "publish.document.stop" : "publish.document"), this.#document !== null);
    this.#send.disabled = this.#over;
    this.#share.disabled = this.#over;
    const microphone = this.#devices?.state("microphone") ?? "off";
    setHidden(this.#microphone, !sending);
    label(this.#microphone, microphone === "ok" ? "mic" : "mic-off", say(`microphone.${microphone === "ok" ? "sending" : microphone}`), microphone === "ok");
    setHidden(this.#meter, !sending);
    setHidden(this.#preview, !this.#devices?.track("camera"));
    const busy = (sending || this.#document) && phase !== "connected";
    setText(this.#words, this.#stoppedByEnd ? say("publish.ended") : busy ? say("link.connecting") : "");
  }

  #button(icon, testid, press) {
    return element("button", { type: "button", icon, "data-icon": icon, "data-testid": testid, on: { click: press } }, element("span"));
  }
}

function label(button, icon, words, pressed) {
  setIcon(button, icon);
  setText(button.querySelector("span"), words);
  setAttribute(button, "aria-pressed", String(pressed));
}
