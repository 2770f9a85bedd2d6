// What the page says of the recording, and how times are said.

export const data = JSON.parse(document.getElementById("player-data").textContent);
export const { words } = data;
export const player = document.querySelector("[data-player]");
export const find = (name) => player.querySelector(`[data-${name}]`);
export const video = find("video");

export const length = () => (Number.isFinite(video.duration) && video.duration > 0 ? video.duration : data.seconds);
export const clamp = (second) => Math.min(Math.max(0, second), Math.max(0, length() - 0.05));
export const at = (spans, second) => spans.findIndex((span) => second >= span.starts && second < span.ends);
export const withheldAt = (second) => data.withheld.find(([starts, ends]) => second >= starts && second < ends);
export const percent = (second) => `${(100 * second) / data.seconds}%`;

export function clock(seconds) {
  const s = Math.floor(seconds);
  const rest = `${String(Math.floor((s % 3600) / 60)).padStart(s >= 3600 ? 2 : 1, "0")}:${String(s % 60).padStart(2, "0")}`;
  return s >= 3600 ? `${Math.floor(s / 3600)}:${rest}` : rest;
}

export function inWords(seconds) {
  const s = Math.round(seconds);
  const parts = [
    [words.hours, Math.floor(s / 3600)],
    [words.minutes, Math.floor((s % 3600) / 60)],
    [words.seconds, s % 60],
  ].filter(([, n]) => n > 0);
  return (parts.length ? parts : [[words.seconds, 0]]).map(([word, n]) => fill(word, { n })).join(" ");
}

export function fill(sentence, values) {
  return sentence.replace(/%\((\w+)\)s/g, (_all, name) => values[name]).replaceAll("%%", "%");
}

/** A request of our own pages; JSON there and back. Throws where the answer is no yes. */
export async function send(address, body, options = {}) {
  const { "X-CSRF-Token": token } = JSON.parse(document.body.getAttribute("hx-headers"));
  const headers = { "X-CSRF-Token": token, "Content-Type": "application/json" };
  const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(body), ...options });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.status === 204 ? null : answer.json();
}
