// Which camera, microphone and loudspeaker were chosen on this computer, remembered by this browser under `prefix`.

export class ChosenDevices {
  #prefix;

  constructor(prefix) {
    this.#prefix = prefix;
  }

  /** {id, label} of "camera", "microphone" or "speaker"; null: the system's choice. */
  read(name) {
    try {
      const chosen = JSON.parse(localStorage.getItem(`${this.#prefix}.${name}`));
      return typeof chosen?.id === "string" && typeof chosen.label === "string" ? chosen : null;
    } catch {
      return null; // no storage, or something else wrote there
    }
  }

  write(name, chosen) {
    try {
      if (chosen) localStorage.setItem(`${this.#prefix}.${name}`, JSON.stringify(chosen));
      else localStorage.removeItem(`${this.#prefix}.${name}`);
    } catch {
      // As above: the choice holds until the page is loaded anew.
    }
  }
}

/** A memory that ends with the page. */
export function forgetful() {
  const kept = new Map();
  return { read: (name) => kept.get(name) ?? null, write: (name, chosen) => void kept.set(name, chosen) };
}

/** The chosen one among `devices` ({id, label}): by its id, else by its name if just one is called so; or null. */
export function findChosen(chosen, devices) {
  const same = devices.find(({ id }) => id === chosen.id);
  if (same) return same;
  const named = devices.filter(({ label }) => label !== "" && label === chosen.label);
  return named.length === 1 ? named[0] : null;
}
