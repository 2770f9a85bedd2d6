// A browser writes a day's field as its own language does, whatever the page's is: 11/12/2026 may be December. So the day
// that was entered stands beside it as this office says it, with its weekday.
const said = new Intl.DateTimeFormat(document.documentElement.lang === "vi" ? "vi-VN" : "en-GB", {
  weekday: "long",
  day: "2-digit",
  month: "2-digit",
  year: "numeric",
  timeZone: "UTC",
});

for (const field of document.querySelectorAll("main form[method=post] .field input[type=date]")) {
  const words = document.createElement("output");
  words.className = "said-day";
  field.after(words);
  const say = () => (words.value = field.valueAsDate ? said.format(field.valueAsDate) : "");
  field.addEventListener("input", say);
  say();
}
