// Addresses of rooms: shown as this browser reaches the server (a proxy may stand in between), and copied.

function showAddresses() {
  for (const place of document.querySelectorAll("[data-path]")) {
    place.textContent = location.origin + place.dataset.path;
  }
  for (const field of document.querySelectorAll("[data-origin]")) field.value = location.origin;
}

showAddresses();
document.addEventListener("htmx:afterSwap", showAddresses);

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy], button[data-print]");
  if (!button) return;
  if (button.hasAttribute("data-print")) {
    window.print();
    return;
  }
  await copy(location.origin + button.dataset.copy);
  const words = button.querySelector("span");
  const before = button.dataset.words ?? words.textContent;
  button.dataset.words = before;
  words.textContent = button.dataset.done;
  setTimeout(() => {
    words.textContent = before;
  }, 2000);
});

/** navigator.clipboard exists only on HTTPS and localhost; offices may use plain HTTP. */
async function copy(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}
