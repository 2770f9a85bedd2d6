// Who looks, over the picture, and when.

export function startWatermark(mark) {
  const show = () => {
    const now = new Date().toLocaleString(document.documentElement.lang, {
      dateStyle: "short",
      timeStyle: "short",
      timeZone: "Asia/Ho_Chi_Minh",
    });
    mark.textContent = `${mark.dataset.watermark} · ${now}`;
    // It moves, so that no one place of the picture can be cut out to be without it.
    mark.dataset.place = String(Math.floor(Date.now() / 20_000) % 4);
  };
  show();
  setInterval(show, 5_000);
}
