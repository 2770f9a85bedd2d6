"""The page of the rooms' lines: who may look, what stands first, and that page and JSON say the same."""

from __future__ import annotations

from typing import Any

from signaling.messages import LinkState
from signaling.ports import LinkReport, LinkReports
from tests.server.receptions_live.conftest import ControlProcess
from tests.server.receptions_live.province import BAI_CHAY, CAI_CHIEN, HA_TU
from tests.waiting import eventually

PAGE = {"Accept": "text/html"}


async def lines(control: ControlProcess, session: Any, query: str = "") -> dict[str, Any]:
    answer = await session.get(f"{control.address}/receptions/quality.json{query}")
    assert answer.status == 200
    body = await answer.json()
    assert isinstance(body, dict)
    return body


def report(control: ControlProcess, code: str, loss_percent: float, layer: Any = "h") -> LinkReport:
    link = next(name for name, changed in control.media.links.items() if changed.room == code)
    return LinkReport(
        link=link, packets_sent=9, packets_received=9, loss_percent=loss_percent, rtt_ms=31.0, layer=layer
    )


async def test_troubles_stand_first_and_the_page_says_what_the_data_say(control: ControlProcess) -> None:
    host = await control.console()
    await host.pressed("open")
    for code in (HA_TU, BAI_CHAY):
        await control.receiving(code)
    session = await control.log_in("thuky")
    control.media.connect(BAI_CHAY, LinkState.SILENT)
    control.media.send(LinkReports(links=(report(control, HA_TU, 0.0),)))
    await eventually(lambda: None if control.conductor.live.around.links.silent_since(BAI_CHAY) else "not silent")
    await eventually(lambda: None if control.conductor.live.around.links.report_of(HA_TU) else "no report")
    await eventually(
        lambda: None if control.conductor.live.around.lines.of(HA_TU).layer == "h" else "not looked at yet"
    )

    view = await lines(control, session)
    assert [line["code"] for line in view["lines"]] == [BAI_CHAY, CAI_CHIEN, HA_TU]
    assert [line["quality"] for line in view["lines"]] == ["silent", "absent", "good"]
    assert (view["all"], view["connected"], view["troubles"]) == (3, 2, 1)
    assert view["lines"][0]["sentence"].startswith("Đã kết nối nhưng im lặng: từ ")
    assert view["lines"][0]["advice"]
    fine = {"sentence": "Hình đầy đủ", "loss": "0\u00a0%", "round_trip": "31\u00a0ms", "layer": "Cao"}
    assert {name: view["lines"][2][name] for name in fine} == fine
    text = await (await session.get(f"{control.address}/receptions/quality", headers=PAGE)).text()
    for line in view["lines"]:
        assert line["sentence"] in text
        assert f'data-code="{line["code"]}" data-quality="{line["quality"]}"' in text
    assert text.index(BAI_CHAY) < text.index(HA_TU)

    few = await lines(control, session, "?show=trouble")
    assert [line["code"] for line in few["lines"]] == [BAI_CHAY]
    assert few["all"] == 3
    page = await (await session.get(f"{control.address}/receptions/quality?show=trouble", headers=PAGE)).text()
    assert HA_TU not in page


async def test_whoever_is_on_air_and_in_trouble_stands_first(control: ControlProcess) -> None:
    host = await control.console()
    await host.pressed("open")
    for code in (HA_TU, BAI_CHAY):
        await control.receiving(code)
    await host.pressed("floor", room=BAI_CHAY)
    session = await control.log_in("chutri")
    control.media.connect(HA_TU, LinkState.SILENT)
    await eventually(lambda: None if control.conductor.live.around.links.silent_since(HA_TU) else "not silent")
    first = (await lines(control, session))["lines"][0]
    assert (first["code"], first["has_floor"]) == (HA_TU, False)
    control.media.connect(BAI_CHAY, LinkState.SILENT)
    await eventually(lambda: None if control.conductor.live.around.links.silent_since(BAI_CHAY) else "not silent")
    first = (await lines(control, session))["lines"][0]
    assert (first["code"], first["has_floor"]) == (BAI_CHAY, True)


async def test_only_the_desk_looks(control: ControlProcess) -> None:
    for session, page, data in ((await control.log_in("xemlai"), 403, 403), (control.session(), 303, 401)):
        answer = await session.get(f"{control.address}/receptions/quality", headers=PAGE, allow_redirects=False)
        assert answer.status == page
        assert (await session.get(f"{control.address}/receptions/quality.json")).status == data


async def test_the_console_and_the_list_lead_there(control: ControlProcess) -> None:
    session = await control.log_in("chutri")
    for path in (f"/receptions/{control.reception}/console", "/receptions"):
        text = await (await session.get(control.address + path, headers=PAGE)).text()
        assert 'href="/receptions/quality"' in text
