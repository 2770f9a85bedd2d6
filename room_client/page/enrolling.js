// Exchanging a code for this browser's own credential, a cookie that no script can read. Whoever typed the code may
// have left: what can come right by itself (no connection, too many tries of others) is tried again until it does.

import { pauseBefore } from "../web/live/link/pauses.js";
import { refusalSentence, say } from "../web/live/words.js";

const ANSWER_MS = 8000;

export class Enrolling {
  #heard;
  #code = "";
  #name = "";
  #timer = null;
  #refusal = null;
  #tries = 0;
  #waits_s = 0;

  /** `heard`: {enrolled(), refused(), changed()}. */
  constructor(heard) {
    this.#heard = heard;
  }

  /** While a code is being exchanged, or waits to be. */
  get isUnderWay() {
    return this.#code !== "";
  }

  /** What is going on, or why the last code was not taken; "" where there is nothing to say. */
  get sentence() {
    if (!this.isUnderWay) return this.#refusal ? refusalSentence(this.#refusal) : "";
    if (this.#waits_s > 0) return say("room.enrolling.waits", { seconds: this.#waits_s });
    return this.#tries > 0 ? say("link.connecting.tries", { tries: this.#tries }) : say("room.enrolling.sentence");
  }

  /** `name`: what this computer is called, or "". */
  start(code, name) {
    this.stop();
    this.#code = code;
    this.#name = name;
    this.#try();
  }

  /** Forgets the code, and what was said of the last one. */
  stop() {
    clearTimeout(this.#timer);
    this.#code = "";
    this.#refusal = null;
    this.#tries = 0;
    this.#waits_s = 0;
  }

  async #try() {
    const code = this.#code;
    this.#heard.changed();
    const answer = await ask(code, this.#name);
    if (code !== this.#code) return; // another one was typed meanwhile
    if (answer?.ok) {
      this.stop();
      this.#heard.enrolled(code);
    } else if (!answer || answer.status >= 500) {
      this.#timer = setTimeout(() => this.#try(), pauseBefore(this.#tries, "refusal"));
      this.#tries += 1;
      this.#heard.changed();
    } else if (answer.refusal?.code === "too_many_tries") {
      this.#wait(Number(answer.refusal.allowed) || 1);
    } else {
      this.stop();
      this.#refusal = answer.refusal ?? { code: "no_answer" };
      this.#heard.refused();
    }
  }

  #wait(seconds) {
    this.#waits_s = seconds;
    if (seconds <= 0) return this.#try();
    this.#timer = setTimeout(() => this.#wait(seconds - 1), 1000);
    this.#heard.changed();
  }
}

/** {ok, status, refusal}, or null where nothing came back. */
async function ask(code, name) {
  try {
    const answer = await fetch("/room/enrol", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ code, name }),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const refusal = answer.ok ? null : await answer.json().catch(() => null);
    return { ok: answer.ok, status: answer.status, refusal: refusal?.code ? refusal : null };
  } catch {
    return null;
  }
}
