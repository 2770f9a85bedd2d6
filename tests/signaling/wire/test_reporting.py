"""Reports on one stream, as RFC 3550 counts them."""

from __future__ import annotations

from signaling.wire.reporting import Reporting
from signaling.wire.rtcp import ReportBlock


def test_the_share_lost_is_that_of_the_interval() -> None:
    reporting = Reporting()
    assert reporting.block(7, 100, 75, 99, 0, 1.0) == ReportBlock(7, 64, 25, 99, 0, 0, 0)
    assert reporting.block(7, 200, 175, 199, 3, 2.0) == ReportBlock(7, 0, 25, 199, 3, 0, 0)


def test_repeats_that_fill_old_holes_are_no_negative_share() -> None:
    reporting = Reporting()
    reporting.block(7, 100, 75, 99, 0, 1.0)
    assert reporting.block(7, 110, 110, 109, 0, 2.0).fraction_lost == 0
    assert reporting.block(7, 110, 112, 109, 0, 3.0) == ReportBlock(7, 0, -2, 109, 0, 0, 0)


def test_all_lost_fits_into_a_byte() -> None:
    reporting = Reporting()
    reporting.block(7, 1, 1, 0, 0, 1.0)
    assert reporting.block(7, 101, 1, 100, 0, 2.0).fraction_lost == 255


def test_the_delay_runs_from_the_last_sender_report() -> None:
    reporting = Reporting()
    reporting.sender_reported(0xABCD1234, 2.0)
    block = reporting.block(7, 1, 1, 0, 0, 2.5)
    assert (block.last_sr, block.delay_since_last_sr) == (0xABCD1234, 32_768)
