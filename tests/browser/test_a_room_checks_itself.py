"""The check before the session: whether the picture lives, the microphone hears, and the loudspeaker is heard."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Page, expect

from server.data.columns import now
from tests.browser.chromium import Chromium
from tests.browser.held_devices import HeldDevices
from tests.browser.host_page import log_in
from tests.browser.room_page import RoomPage
from tests.scenarios.province import HA_KHANH, HA_TU, Province

pytestmark = pytest.mark.browser

# A room whose microphone hears its loudspeaker, as from a metre away: what goes to the loudspeaker comes in again,
# late and soft, with the noise of the hall. Without a loudspeaker only the noise.
HALL = """
(loudspeaker) => {
  const devices = navigator.mediaDevices;
  const open = devices.getUserMedia.bind(devices);
  const plug = AudioNode.prototype.connect;
  const halls = new WeakMap();
  const hallOf = (context) => {
    if (!halls.has(context)) {
      const microphone = context.createMediaStreamDestination();
      const air = new DelayNode(context, { delayTime: 0.3 });
      const distance = new GainNode(context, { gain: 0.02 });
      plug.call(plug.call(air, distance), microphone);
      const noise = context.createBuffer(1, context.sampleRate * 2, context.sampleRate);
      const samples = noise.getChannelData(0);
      let seed = 7;
      for (let n = 0; n < samples.length; n += 1) {
        seed = (seed * 1103515245 + 12345) % 2147483648;
        samples[n] = 0.004 * (seed / 1073741824 - 1);
      }
      const fan = new AudioBufferSourceNode(context, { buffer: noise, loop: true });
      plug.call(fan, microphone);
      fan.start();
      halls.set(context, { air, microphone });
    }
    return halls.get(context);
  };
  AudioNode.prototype.connect = function (target, ...more) {
    if (loudspeaker && target === this.context.destination) plug.call(this, hallOf(this.context).air);
    return plug.call(this, target, ...more);
  };
  let context = null;
  const Native = window.AudioContext;
  window.AudioContext = class extends Native {
    constructor(...options) {
      super(...options);
      context ??= this;
    }
  };
  devices.getUserMedia = async (wish) => {
    if (wish.audio?.echoCancellation !== false) return open(wish);
    return new MediaStream(hallOf(context).microphone.stream.getTracks().map((track) => track.clone()));
  };
}
"""


@pytest.mark.parametrize(("loudspeaker", "heard"), [(True, "heard"), (False, "unheard")])
async def test_a_loudspeaker_is_heard_in_a_hall_with_a_fan(
    province: Province, chromium: Chromium, loudspeaker: bool, heard: str
) -> None:
    room = RoomPage(await chromium.window("room"), HA_TU)
    await room.page.add_init_script(script=f"({HALL})({str(loudspeaker).lower()})")
    await room.open(province.room_address(HA_TU))
    await room.attends()
    await expect(room.camera_sign).to_have_attribute("data-tone", "good")
    assert await room.checks_itself() == {
        "picture": "moving", "sound": "good", "speaker": heard, "line": "measured",
    }  # fmt: skip
    line = room.page.locator("[data-check=speaker]")
    await expect(line).to_contain_text("nghe được tiếng loa" if loudspeaker else "tăng âm lượng")


async def test_a_room_checks_itself_before_a_session_and_the_office_reads_why_it_is_not_ready(
    province: Province, chromium: Chromium, bare_chromium: Chromium
) -> None:
    await province.replan(now() + timedelta(minutes=30))  # the room rests; its hour for checking was a moment ago
    good = RoomPage(await chromium.window("good"), HA_TU)
    held = await HeldDevices.of(good.page)
    await good.open(province.room_address(HA_TU))
    says = good.page.get_by_test_id("self-check")
    await expect(says).to_contain_text("tự kiểm tra trước phiên")
    await expect(says).to_contain_text("không phát tiếng")
    without = RoomPage(await bare_chromium.window("without"), HA_KHANH)
    await without.open(province.room_address(HA_KHANH))
    for room in (good, without):
        await room.has_told_what_it_found()
        await expect(room.page.get_by_test_id("self-check")).to_be_hidden()
        await room.rests()
    await held.are_let_go()

    window = await chromium.window("desk")
    await log_in(window, province.address, "canbo")
    desk = window.page
    await desk.goto(f"{province.address}/rooms/readiness")
    line = desk.locator(f"tr[data-code='{HA_KHANH}']")
    await expect(line).to_have_attribute("data-light", "bad")
    await expect(line).to_contain_text("Không có hình camera")
    await expect(line).to_contain_text("Không mở được micro")
    await expect(desk.locator(f"tr[data-code='{HA_TU}']")).not_to_contain_text("camera")
    await line.locator("th a").click()
    await expect(desk.locator("tr[data-reason='session']")).to_have_count(1)
    await desk.get_by_label("Nội dung").fill("đã gọi, kỹ thuật đang tới")
    await desk.get_by_test_id("tell").click()
    await expect(desk.locator(".contacts")).to_contain_text("đã gọi, kỹ thuật đang tới")

    await good.page.reload()  # what was checked is not checked again
    await good.rests()
    await expect(good.page.get_by_test_id("self-check")).to_be_hidden()
    await good.page.get_by_test_id("check-devices").click()
    await good.page.get_by_test_id("check-room").click()
    await good.has_told_what_it_found()
    await desk.goto(f"{province.address}/rooms/readiness?q={HA_TU}")
    await desk.locator(f"tr[data-code='{HA_TU}'] th a").click()
    await expect(desk.locator("tr[data-reason]")).to_have_count(2)
    await expect(desk.locator("tr[data-reason='officer']")).to_have_count(1)


READ = """
async () => {
  const { figuresDown } = await import("/static/room/preflight/line_figures.js");
  const read = (at_ms) => {
    const [soft_s, loud_s] = [Math.min(at_ms, 5000) / 1000, Math.max(0, at_ms - 5000) / 1000];
    const [soft, loud] = [95 * soft_s, 50 * loud_s];
    return {
      at_ms, packets: Math.round(soft + loud), lost: Math.round(5 * soft_s), bytes: 92 * soft + 1212 * loud,
      jitter_s: 0.003, trip_s: at_ms > 1000 ? 0.05 + (at_ms % 500) / 10000 : 0,
    };
  };
  const readings = Array.from({ length: 42 }, (_none, n) => read(n * 250));
  return [figuresDown(readings, 5000), figuresDown(readings.slice(0, 2), 5000), figuresDown([], 5000)];
}
"""


async def test_figures_are_made_of_what_a_browser_counts(province: Province, chromium: Chromium) -> None:
    page = await _page(province, chromium)
    figures, few, nothing = await page.evaluate(READ)
    assert figures["loss_down_percent"] == pytest.approx(5, abs=0.1)
    assert figures["jitter_down_ms"] == pytest.approx(3)
    assert figures["rtt_ms"] == pytest.approx(50)
    assert figures["down_kbps"] == pytest.approx(502, rel=0.02)  # fifty packets of 1,256 bytes a second
    assert few == {}
    assert nothing == {}


DUE = """
async (known) => {
  const { dueCheck } = await import("/static/room/preflight/due.js");
  return dueCheck(known, 1_000_000_000)?.reason ?? null;
}
"""


async def test_a_check_is_due_in_its_time_and_never_while_a_reception_is_open(
    province: Province, chromium: Chromium
) -> None:
    page = await _page(province, chromium)

    def known(ago_s: int, **more: Any) -> dict[str, Any]:
        at = datetime.fromtimestamp(1_000_000 - ago_s, UTC).isoformat()
        stage = {"reception_state": "planned", "has_floor": False, **more.pop("stage", {})}
        return {"checks": [{"at": at, "reason": "morning"}], "stage": stage, "done_ms": 0, **more}

    due = {
        "at its moment": known(0),
        "a quarter of an hour late": known(900),
        "after another day's check": known(60, done_ms=900_000_000),
    }
    not_due = {
        "a second too early": known(-1),
        "far too late": known(1300),
        "done": known(60, done_ms=999_940_000),
        "a reception is open": known(60, stage={"reception_state": "open"}),
        "on the floor": known(60, stage={"has_floor": True}),
        "nothing is known": known(60) | {"stage": None},
    }
    for name, one in {**due, **not_due}.items():
        assert await page.evaluate(DUE, one) == ("morning" if name in due else None), name


async def test_a_computer_without_devices_is_told_what_to_plug_in(
    province: Province, bare_chromium: Chromium
) -> None:
    room = RoomPage(await bare_chromium.window("room"), HA_TU)
    await room.open(province.room_address(HA_TU))
    await room.attends()
    assert await room.checks_itself() == {
        "picture": "none", "sound": "none", "speaker": "unknown", "line": "measured",
    }  # fmt: skip


MADE = """
async ([module, name, kind]) => {
  const rate = 48000;
  let seed = 11;
  const noise = () => ((seed = (seed * 1103515245 + 12345) % 2147483648) / 1073741824 - 1);
  const samples = (seconds, make) =>
    Float32Array.from({ length: seconds * rate }, (_none, n) => make(n / rate, n));
  const tone = (hz, t) => Math.sin(2 * Math.PI * hz * t);
  const picture = (make) => Float32Array.from({ length: 32 * 18 }, (_none, n) => make(n));
  const pictures = (make) => Array.from({ length: 8 }, (_none, at) => picture((n) => make(n, at)));
  const chirp = (await import("/static/room/preflight/chirp.js")).makeChirp(rate);
  const inNoise = (gain, after) => samples(2, (_t, n) => 0.02 * noise() + gain * (chirp[n - after] ?? 0));
  const made = {
    nothing: [],
    short: samples(0.5, () => 0),
    silence: samples(2, () => 0),
    hall: samples(2, () => 0.01 * noise()),
    offset: samples(2, () => 0.4 + 0.01 * noise()),
    hum: samples(2, (t) => 0.05 * tone(50, t) + 0.02 * tone(100, t) + 0.005 * noise()),
    softHum: samples(2, (t) => 0.0004 * tone(50, t) + 0.0001 * noise()),
    speech: samples(2, (t) => 0.2 * tone(220, t) * tone(3, t)),
    broken: samples(2, (t) => Math.max(-1, Math.min(1, 4 * tone(200, t)))),
    chirp: inNoise(0.02, 24000),
    late: inNoise(0.02, 60000),
    beep: samples(2, (t) => (t % 1 < 0.1 ? 0.3 * tone(1000, t) : 0)),
    black: pictures(() => 6 + 2 * noise()),
    flat: pictures(() => 130 + noise()),
    frozen: pictures((n) => n % 200),
    moving: pictures((n) => (n % 200) + 2 * noise()),
    car: pictures((n, at) => (n % 32 === at ? 255 : 60)),
  }[kind];
  return (await import(`/static/room/preflight/${module}.js`))[name](made, rate);
}
"""


async def _page(province: Province, chromium: Chromium) -> Page:
    page = (await chromium.window("tables")).page
    await page.goto(f"{province.address}/login")
    return page


async def test_pictures_and_sounds_are_judged_as_people_would(province: Province, chromium: Chromium) -> None:
    page = await _page(province, chromium)

    async def of(module: str, name: str, kind: str) -> Any:
        return await page.evaluate(MADE, [module, name, kind])

    for kind, verdict in {
        "nothing": "none", "black": "black", "flat": "flat", "frozen": "frozen", "moving": "moving",
        "car": "moving",
    }.items():  # fmt: skip
        assert await of("picture", "judgePicture", kind) == verdict, kind
    for kind, verdict in {
        "short": "none", "silence": "dead", "hall": "good", "offset": "good", "hum": "hum", "softHum": "good",
        "speech": "good", "broken": "clipped",
    }.items():  # fmt: skip
        assert (await of("sound", "judgeSound", kind))["verdict"] == verdict, kind
    for kind, found in {
        "short": False, "silence": False, "hall": False, "beep": False, "hum": False, "chirp": True, "late": True,
    }.items():  # fmt: skip
        assert (await of("chirp", "findChirp", kind))["found"] is found, kind
    assert (await of("chirp", "findChirp", "chirp"))["after_s"] == pytest.approx(0.5, abs=0.002)
    assert (await of("chirp", "findChirp", "late"))["after_s"] == pytest.approx(1.25, abs=0.002)
