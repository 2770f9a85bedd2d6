"""Cameras, microphones and loudspeakers that are plugged in and pulled out while a page holds them.

Chromium's fake devices cannot be pulled; so the list of devices, the opening of one, and the end of a track are
what a pulled cable makes of them. Every picture and sound behind them is Chromium's own.
"""

from __future__ import annotations

from playwright.async_api import Page

SOCKETS = """
(() => {
  const plugged = new Map([
    ["cam-a", ["videoinput", "Camera A"]], ["cam-b", ["videoinput", "Camera B"]],
    ["mic-a", ["audioinput", "Micro A"]], ["mic-b", ["audioinput", "Micro B"]],
    ["tv", ["audiooutput", "Tivi"]], ["loa", ["audiooutput", "Loa hội trường"]],
  ]);
  const pulled = new Map();
  const held = new Set(); // {track, id}
  const devices = navigator.mediaDevices;
  const open = devices.getUserMedia.bind(devices);
  const chosen = (kind, wish) => {
    const there = [...plugged].filter(([, [one]]) => one === kind).map(([id]) => id);
    const exact = wish?.deviceId?.exact;
    if (exact && !there.includes(exact)) throw new OverconstrainedError("deviceId");
    if (there.length === 0) throw new DOMException("Requested device not found", "NotFoundError");
    return exact ?? there.find((id) => id === wish?.deviceId) ?? there[0];
  };
  const without = (wish) => (typeof wish === "object" ? { ...wish, deviceId: undefined } : wish);
  devices.enumerateDevices = async () =>
    [...plugged].map(([deviceId, [kind, label]]) => ({ deviceId, kind, label, groupId: "" }));
  devices.getUserMedia = async ({ video, audio }) => {
    const ids = { video: video && chosen("videoinput", video), audio: audio && chosen("audioinput", audio) };
    const stream = await open({ video: without(video), audio: without(audio) });
    for (const track of stream.getTracks()) {
      const settings = track.getSettings.bind(track);
      track.getSettings = () => ({ ...settings(), deviceId: ids[track.kind] });
      held.add({ track, id: ids[track.kind] });
    }
    return stream;
  };
  window.tiepdanSockets = {
    sinks: [],
    pull(id) {
      pulled.set(id, plugged.get(id));
      plugged.delete(id);
      for (const one of [...held].filter((each) => each.id === id && each.track.readyState === "live")) {
        one.track.stop();
        one.track.dispatchEvent(new Event("ended"));
      }
      devices.dispatchEvent(new Event("devicechange"));
    },
    plug(id, as = id) {
      plugged.set(as, pulled.get(id));
      devices.dispatchEvent(new Event("devicechange"));
    },
    falls(id, silent) {
      for (const { track } of [...held].filter((each) => each.id === id && each.track.readyState === "live")) {
        Object.defineProperty(track, "muted", { configurable: true, get: () => silent });
        track.dispatchEvent(new Event(silent ? "mute" : "unmute"));
      }
    },
    open: () => [...held].filter(({ track }) => track.readyState === "live").map(({ id }) => id).sort(),
  };
  const note = async function (id) {
    if (id && !plugged.has(id)) throw new DOMException("no such sink", "NotFoundError");
    window.tiepdanSockets.sinks.push(id);
  };
  HTMLMediaElement.prototype.setSinkId = note;
  AudioContext.prototype.setSinkId = note;
})();
"""


class Sockets:
    """The sockets of one page's computer: camera A and B, microphone A and B, a TV and the hall's loudspeaker."""

    def __init__(self, page: Page) -> None:
        self._page = page

    @classmethod
    async def of(cls, page: Page) -> Sockets:
        """Before the page is opened."""
        await page.add_init_script(script=SOCKETS)
        return cls(page)

    async def pull(self, device: str) -> None:
        await self._page.evaluate("(id) => window.tiepdanSockets.pull(id)", device)

    async def plug(self, device: str, as_id: str | None = None) -> None:
        """`as_id`: in another socket, where browsers know it by another id."""
        await self._page.evaluate("([id, as]) => window.tiepdanSockets.plug(id, as ?? id)", [device, as_id])

    async def falls_silent(self, device: str, silent: bool = True) -> None:
        await self._page.evaluate("([id, silent]) => window.tiepdanSockets.falls(id, silent)", [device, silent])

    async def held(self) -> list[str]:
        """The ids of what the page holds open."""
        found: list[str] = await self._page.evaluate("() => window.tiepdanSockets.open()")
        return found

    async def sink(self) -> str:
        """Where sound goes; empty: the system's own."""
        found: str = await self._page.evaluate("() => window.tiepdanSockets.sinks.at(-1) ?? ''")
        return found
