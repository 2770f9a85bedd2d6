"""The delay grows, is bounded, and is forgotten."""

from __future__ import annotations

from server.people.throttle import CAPACITY, FORGET_AFTER_S, LONGEST_DELAY_S, LoginThrottle


def test_the_delay_grows_with_every_failure_up_to_a_limit() -> None:
    throttle = LoginThrottle()
    delays = []
    for _ in range(14):
        throttle.failed("canbo", "a", 0.0)
        delays.append(throttle.wait_s("canbo", "b", 0.0))
    assert delays[:8] == [0, 0, 0, 0, 5, 10, 20, 40]
    assert delays[-1] == LONGEST_DELAY_S


def test_waiting_counts_from_the_last_failure() -> None:
    throttle = LoginThrottle()
    for at_s in range(5):
        throttle.failed("canbo", "a", float(at_s))
    assert throttle.wait_s("canbo", "a", 6.5) == 2.5
    assert throttle.wait_s("canbo", "a", 9.0) == 0


def test_an_address_has_more_tries_over_all_accounts() -> None:
    throttle = LoginThrottle()
    for number in range(20):
        assert throttle.wait_s("another", "a", 0.0) == 0
        throttle.failed(f"account{number}", "a", 0.0)
    assert throttle.wait_s("another", "a", 0.0) == 5


def test_success_forgets_the_account_and_takes_back_its_own_try() -> None:
    throttle = LoginThrottle()
    for _ in range(100):
        throttle.failed("canbo", "a", 0.0)
        throttle.succeeded("canbo", "a")
    assert throttle.wait_s("canbo", "a", 0.0) == 0


def test_after_an_hour_all_is_forgotten() -> None:
    throttle = LoginThrottle()
    for _ in range(9):
        throttle.failed("canbo", "a", 0.0)
    assert throttle.wait_s("canbo", "a", FORGET_AFTER_S + 1) == 0
    throttle.failed("canbo", "a", FORGET_AFTER_S + 1)
    assert throttle.wait_s("canbo", "a", FORGET_AFTER_S + 1) == 0


def test_many_names_do_not_fill_the_memory() -> None:
    throttle = LoginThrottle(capacity=10)
    for number in range(100):
        throttle.failed(f"n{number}", f"a{number}", 0.0)
    assert len(throttle) == 10 < CAPACITY
