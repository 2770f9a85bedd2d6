// Waits until this account's copy of the recording is there, then opens it.

const box = document.querySelector("[data-preparing]");
const text = document.querySelector("[data-preparing-text]");
const LOOK_EVERY_MS = 2000;

async function look() {
  try {
    const answer = await fetch(box.dataset.preparing);
    const { copy } = await answer.json();
    if (copy.stage === "ready") return location.reload();
    if (copy.stage === "running") text.textContent = box.dataset.running.replace("SHARE", Math.round(100 * copy.share));
    if (copy.stage === "paused") text.textContent = box.dataset.paused;
    if (copy.stage === "failed") {
      text.textContent = box.dataset.failed;
      return undefined;
    }
  } catch {
    // the server is being restarted; asked again
  }
  return setTimeout(look, LOOK_EVERY_MS);
}

look();
