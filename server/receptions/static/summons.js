// The board keeps itself up to date: answers come in while somebody looks. The form below is left as it is.

const EVERY_MS = 5000;

document.querySelector("[data-print]")?.addEventListener("click", () => window.print());

async function renew() {
  if (document.visibilityState !== "visible") return;
  const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return; // it stays as it was; logged out, the next click says so
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-board]");
  const shown = document.querySelector("[data-board]");
  if (fresh && fresh.innerHTML !== shown.innerHTML) shown.replaceWith(fresh);
}

setInterval(renew, EVERY_MS);
