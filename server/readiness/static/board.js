// The board keeps itself up to date: rooms come and go while somebody looks and telephones.

const EVERY_MS = 30_000;

document.querySelector("[data-print]")?.addEventListener("click", () => window.print());

async function renew() {
  if (document.visibilityState !== "visible") return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return; // it stays as it was; logged out, the next click says so
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-board]");
  const shown = document.querySelector("[data-board]");
  if (fresh && fresh.innerHTML !== shown.innerHTML && !shown.contains(document.activeElement)) shown.replaceWith(fresh);
}

setInterval(renew, EVERY_MS);
