// Notes and bookmarks: pins on the time line, a list beside the picture.

import { clock, data, fill, find, percent, player, send, words } from "./player_data.js";

const address = player.dataset.notesAt;
const form = find("note-form");
let notes = data.notes;
let editing = null; // {id or null, at}
let removed = null;
let seekTo = () => {};

export function startNotes(seek) {
  seekTo = seek;
  show();
  player.querySelectorAll("[data-tab]").forEach((tab) => {
    tab.addEventListener("click", () => open(tab.dataset.tab));
    tab.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      event.stopPropagation();
      event.preventDefault();
      open(tab.dataset.tab === "notes" ? "agenda" : "notes");
      player.querySelector('[role="tab"][aria-selected="true"]').focus();
    });
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") cancel();
    if (event.key === "Enter" && !event.shiftKey && event.target.matches("textarea")) {
      event.preventDefault();
      save();
    }
  });
}

function open(name) {
  player.querySelectorAll("[data-tab]").forEach((tab) => {
    tab.setAttribute("aria-selected", String(tab.dataset.tab === name));
    tab.tabIndex = tab.dataset.tab === name ? 0 : -1;
  });
  player.querySelectorAll("[data-panel]").forEach((panel) => (panel.hidden = panel.dataset.panel !== name));
}

export function write(second, note = null) {
  if (!data.mayNote) return;
  editing = { id: note?.id ?? null, at: note?.at ?? Number(second.toFixed(1)) };
  open("notes");
  form.hidden = false;
  find("note-mistake").hidden = true;
  find("note-at").textContent = clock(editing.at);
  find("note-words").value = note?.words ?? "";
  find("note-words").focus();
}

export async function bookmark(second) {
  if (data.mayNote) await keep({ id: null, at: Number(second.toFixed(1)) }, "");
}

async function save() {
  if (await keep(editing, find("note-words").value)) cancel();
}

export function cancel() {
  form.hidden = true;
  editing = null;
  find("track").focus();
}

async function keep({ id, at }, text) {
  try {
    const note = await send(id === null ? address : `${address}/${id}`, { at, words: text });
    notes = [...notes.filter((other) => other.id !== note.id), note].sort((one, other) => one.at - other.at || one.id - other.id);
    show();
    return true;
  } catch {
    open("notes");
    form.hidden = false;
    editing = { id, at };
    find("note-mistake").textContent = words.not_saved;
    find("note-mistake").hidden = false;
    return false;
  }
}

async function remove(note) {
  await send(`${address}/${note.id}/remove`, {});
  notes = notes.filter((other) => other.id !== note.id);
  removed = note;
  find("note-undo-text").textContent = fill(words.removed, { time: clock(note.at) });
  find("note-undo").hidden = false;
  show();
}

export async function undo() {
  if (!removed) return;
  const note = await send(`${address}/${removed.id}/restore`, {});
  notes = [...notes, note].sort((one, other) => one.at - other.at || one.id - other.id);
  removed = null;
  find("note-undo").hidden = true;
  show();
}

function show() {
  find("note-count").textContent = notes.length || "";
  find("notes-empty").hidden = notes.length > 0;
  find("notes").replaceChildren(...notes.map(line));
  player.querySelector('[data-row="notes"]').replaceChildren(...notes.map(pin));
}

function pin(note) {
  const element = document.createElement("span");
  element.style.left = percent(note.at);
  element.title = `${clock(note.at)} · ${note.words || words.bookmark} (${note.name})`;
  element.toggleAttribute("data-bookmark", !note.words);
  return element;
}

function line(note) {
  const item = document.createElement("li");
  const jump = button("note-jump plain", () => seekTo(note.at));
  const time = document.createElement("span");
  time.className = "figures chapter-time";
  time.textContent = clock(note.at);
  const said = document.createElement("span");
  said.textContent = note.words || words.bookmark;
  said.className = note.words ? "" : "quiet";
  jump.append(time, said);
  const about = document.createElement("p");
  about.className = "note-about quiet";
  about.textContent = [fill(words.by, { name: note.name, time: note.made }), note.changed && fill(words.changed, { time: note.changed })].filter(Boolean).join(" · ");
  if (note.own) {
    const change = button("plain small", () => write(note.at, note));
    change.textContent = words.edit;
    const take = button("plain small", () => remove(note));
    take.textContent = words.remove;
    about.append(" ", change, take);
  }
  item.append(jump, about);
  return item;
}

function button(classes, act) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = classes;
  element.addEventListener("click", act);
  return element;
}
