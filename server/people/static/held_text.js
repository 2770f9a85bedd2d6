// A form that was open for long is not sent into a login that has ended: what was typed would be lost with the answer.
// It is asked first; whoever logs in again in another window sends the same form, with the new session's token.
const LONG_MS = 20 * 60 * 1000; // well below the time after which a login that nobody uses ends
const opened = performance.now();
const ended = document.getElementById("login-ended");

addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || !form.elements.csrf) return;
  if (performance.now() - opened < LONG_MS || form.dataset.asked) return;
  event.preventDefault();
  ask(form, event.submitter);
});

async function ask(form, submitter) {
  const answer = await fetch("/alive", { cache: "no-store" }).catch(() => undefined);
  document.getElementById("login-ended-here")?.remove();
  const now = answer?.ok ? await answer.json() : undefined;
  if (answer?.status === 401 || (now && now.account !== ended.dataset.account)) return say(form);
  if (now) form.elements.csrf.value = now.csrf;
  form.dataset.asked = "yes"; // without an answer it is sent as it is: the browser says what is wrong
  form.requestSubmit(submitter);
  delete form.dataset.asked;
}

function say(form) {
  const notice = ended.content.firstElementChild.cloneNode(true);
  notice.id = "login-ended-here";
  form.append(notice);
  notice.focus();
}
