// Keeps the table of lines up to date: the server's words, fetched every two seconds, put where they changed.
const EVERY_MS = 2000;
const PATIENCE = 3; // answers that may be missing before the page says so

const table = document.querySelector("table.quality");
const body = table.querySelector('[data-part="lines"]');
const template = document.querySelector('template[data-part="row"]');
const stale = document.querySelector('[data-part="stale"]');
const none = document.querySelector('[data-part="none"]');
const rows = new Map([...body.rows].map((row) => [row.dataset.code, row]));
let missed = 0;

const part = (inside, name) => inside.querySelector(`[data-part="${name}"]`);

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function fill(row, line) {
  for (const name of ["name", "district", "sentence", "advice", "loss", "round_trip", "layer", "since"]) {
    setText(part(row, name), line[name]);
  }
  part(row, "on-air").hidden = !line.has_floor;
  row.classList.toggle("trouble", line.trouble);
  if (row.dataset.quality !== line.quality) {
    row.dataset.quality = line.quality;
    const icon = document.querySelector(`template[data-icon="${line.quality}"]`);
    part(row, "icon").replaceChildren(...(icon ? [icon.content.cloneNode(true)] : []));
  }
}

function rowOf(line) {
  let row = rows.get(line.code);
  if (!row) {
    row = template.content.querySelector("tr").cloneNode(true);
    row.dataset.code = line.code;
    rows.set(line.code, row);
  }
  return row;
}

function show(view) {
  for (const name of ["troubles", "connected", "all", "at"]) {
    setText(part(document, name), String(view[name]));
  }
  view.lines.forEach((line, place) => {
    const row = rowOf(line);
    fill(row, line);
    if (body.rows[place] !== row) body.insertBefore(row, body.rows[place] ?? null);
  });
  for (const row of [...body.rows].slice(view.lines.length)) {
    rows.delete(row.dataset.code);
    row.remove();
  }
  none.hidden = view.lines.length > 0;
}

async function refresh() {
  try {
    const answer = await fetch(table.dataset.source, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(5000) });
    if (answer.status === 401) {
      location.reload(); // the login has ended: the server shows where to log in
      return;
    }
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    show(await answer.json());
    missed = 0;
  } catch {
    missed += 1;
  }
  stale.hidden = missed < PATIENCE;
  setTimeout(refresh, EVERY_MS);
}

setTimeout(refresh, EVERY_MS);
