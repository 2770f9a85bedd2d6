// Finding rooms in the audience form. Without this script the form works as a long list.

const script = document.querySelector("script[data-words]");
const words = JSON.parse(script.dataset.words);
const picker = document.querySelector("[data-room-picker]");

/** As the server folds: no diacritics, đ as d, lower case, single spaces. */
function fold(text) {
  return text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[đĐ]/g, "d")
    .toLowerCase()
    .trim()
    .replace(/\s+/g, " ");
}

if (picker) {
  const search = picker.querySelector("[data-search]");
  const input = search.querySelector("input");
  const none = picker.querySelector("[data-none]");
  const count = picker.querySelector("[data-count]");
  const districts = [...picker.querySelectorAll("[data-district]")].map((details) => ({
    details,
    count: details.querySelector("[data-district-count]"),
    wasOpen: details.open,
    rooms: [...details.querySelectorAll("label")].map((label) => ({
      label,
      box: label.querySelector("input"),
      key: fold(label.dataset.key),
    })),
  }));
  const chooseRooms = document.querySelector('input[name="audience"][value="rooms"]');

  const tell = () => {
    let all = 0;
    for (const district of districts) {
      const chosen = district.rooms.filter((room) => room.box.checked).length;
      district.count.textContent = chosen ? `${chosen}/${district.rooms.length}` : "";
      all += chosen;
    }
    count.textContent = words.chosen.replace("{n}", all);
  };

  const find = () => {
    const wanted = fold(input.value);
    let found = 0;
    for (const district of districts) {
      let here = 0;
      for (const room of district.rooms) {
        const fits = !wanted || room.key.includes(wanted);
        room.label.hidden = !fits;
        here += fits;
      }
      district.details.hidden = here === 0;
      district.details.open = wanted ? here > 0 : district.wasOpen;
      found += here;
    }
    none.hidden = found > 0;
  };

  picker.addEventListener("change", (event) => {
    if (event.target.name !== "room") return;
    if (event.target.checked && chooseRooms) chooseRooms.checked = true;
    tell();
  });
  input.addEventListener("input", find);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault(); // looking for a room does not save the form
  });
  search.hidden = false;
  tell();
}
