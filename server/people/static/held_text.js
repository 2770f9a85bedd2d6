// A form that was open for long is not sent into a login that has ended: what was typed would be lost with the answer.
// It is asked first; whoever logs in again in another window sends the same form, with the new session's token.
const LONG_MS = 20 * 60 * 1000; // well below the time after which a login that nobody uses ends
const opened = performance.now();
const ended = document.getElementById("login-ended");
const said = () => document.getElementById("login-ended-here");

addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || !form.elements.csrf) return;
  if ((performance.now() - opened < LONG_MS && !said()) || form.dataset.asked) return;
  event.preventDefault();
  ask(form, event.submitter);
});

async function ask(form, submitter) {
  const answer = await fetch("/alive", { cache: "no-store" }).catch(() => undefined);
  said()?.remove();
  const now = answer?.ok ? await answer.json() : undefined;
  if (answer?.status === 401 || (now && now.account !== ended.dataset.account)) return show(form).focus();
  if (now) form.elements.csrf.value = now.csrf;
  form.dataset.asked = "yes"; // without an answer it is sent as it is: the browser says what is wrong
  form.requestSubmit(submitter);
  delete form.dataset.asked;
}

// What saves itself while somebody writes is answered by the page of the login, or by a refusal.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  const gone = new URL(xhr.responseURL).pathname === "/login" || xhr.status === 401 || xhr.status === 403;
  if (!gone) return;
  event.detail.shouldSwap = false;
  if (requestConfig.verb !== "post") location.reload(); // leads to the login, and back here
  else if (!said()) show(requestConfig.elt.closest("form")); // without the focus: somebody is writing
});

function show(form) {
  const notice = ended.content.firstElementChild.cloneNode(true);
  notice.id = "login-ended-here";
  form.append(notice);
  return notice;
}
