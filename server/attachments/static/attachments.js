// A file on its way: dragged or chosen, with its progress, and a sentence where something is wrong. Without this script
// the form is sent as it stands.

for (const form of document.querySelectorAll("[data-attach]")) attach(form);

function attach(form) {
  const file = form.elements.namedItem("file");
  const drop = form.querySelector("[data-drop]");
  const bar = form.querySelector("progress");
  const said = form.querySelector("[data-said]");
  const stop = form.querySelector("[data-stop]");
  const button = form.querySelector("button:not([type=button])");

  const say = (text, wrong = false) => {
    said.textContent = text;
    said.toggleAttribute("data-wrong", wrong);
  };
  const mark = (mistakes) => {
    for (const old of form.querySelectorAll(".mistake")) old.remove();
    for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
    for (const [name, text] of Object.entries(mistakes)) {
      const field = form.elements.namedItem(name);
      const line = document.createElement("p");
      line.className = "mistake";
      line.id = `${name}-mistake`;
      line.setAttribute("role", "alert");
      line.textContent = text;
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", line.id);
      field.after(line);
    }
    form.querySelector("[aria-invalid]")?.focus();
  };
  const busy = (on) => {
    button.disabled = on;
    bar.hidden = stop.hidden = !on;
  };
  const fits = () => {
    const tooLarge = file.files.length > 0 && file.files[0].size > Number(form.dataset.most);
    mark(tooLarge ? { file: form.dataset.tooLarge } : {});
    return !tooLarge;
  };

  drop.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.toggleAttribute("data-over", true);
  });
  for (const left of ["dragleave", "drop"]) drop.addEventListener(left, () => drop.removeAttribute("data-over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length === 0) return;
    file.files = event.dataTransfer.files;
    fits();
  });
  file.addEventListener("change", fits);

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!fits()) return;
    const request = new XMLHttpRequest();
    request.open("POST", form.action.split("#")[0]);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRF-Token", form.elements.namedItem("csrf").value);
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      const percent = Math.floor((100 * event.loaded) / event.total);
      bar.value = percent;
      say(percent < 100 ? `${form.dataset.sending}: ${percent} %` : form.dataset.checking);
    });
    const over = (text) => {
      busy(false);
      say(text, true);
    };
    request.addEventListener("load", () => {
      if (request.status === 201) {
        location.hash = "attachments";
        location.reload();
        return;
      }
      over(request.response?.text ?? "");
      mark(request.response?.mistakes ?? {});
    });
    request.addEventListener("error", () => over(form.dataset.broken));
    request.addEventListener("abort", () => over(form.dataset.stopped));
    stop.onclick = () => request.abort();
    busy(true);
    say(form.dataset.sending);
    request.send(new FormData(form));
  });
}
