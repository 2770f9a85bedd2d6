// What time it is only the server knows: asked after a sleep, and where this computer's clock was put forward or back.

import { countSleep, setServerTime } from "../clock.js";
import { NoAnswer, Refused } from "./signalling.js";

const ANSWER_MS = 4000; // as long as a try to connect: what does not answer by then is made anew

/** False where nothing came back: the connection is dead, whatever it seems. */
export async function askTime(signalling) {
  try {
    const { server_time } = await signalling.ask("clock", {}, ANSWER_MS);
    setServerTime(server_time);
    return true;
  } catch (error) {
    if (!(error instanceof NoAnswer || error instanceof Refused)) throw error;
    countSleep();
    return error instanceof Refused; // by a server of before
  }
}
