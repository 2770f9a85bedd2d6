"""A second factor (RFC 6238): six digits that a device makes anew every half minute, beside the password.

What the codes are made from lies in the database sealed with the installation's secret, so a copy of the database
alone makes none. A code is taken once, and one step early or late, because clocks differ. Recovery codes are for
who lost the device: each logs in once, and only a keyed hash of it is kept.

Everything here is part of a unit of work; the time comes from the caller.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

import pyotp
from cryptography.fernet import Fernet, InvalidToken
from sqlmodel import Session, col, func, select

from server.people import audit
from server.people.accounts import subject_of
from server.people.tables import Account, RecoveryCode, SecondFactor

STEP_S = 30
_SKEW = 1
"""Steps a device's clock may be off; the RFC recommends one."""
RECOVERY_CODES = 10
_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # none that is taken for another
_HALF = 5
"""Two halves of five letters are 49 bits: nothing to guess, at a throttled login."""
LONGEST_CODE = 40


class Keys:
    """Derived from the installation's secret, as the session cookie's key is."""

    def __init__(self, secret: bytes) -> None:
        sealing = hmac.digest(secret, b"tiepdan second factor", hashlib.sha256)
        self._box = Fernet(base64.urlsafe_b64encode(sealing))
        self._hashing = hmac.digest(secret, b"tiepdan recovery codes", hashlib.sha256)

    def seal(self, text: str) -> str:
        return self._box.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Empty where it was sealed with another secret: then no code fits, and the factor has to be reset."""
        try:
            return self._box.decrypt(sealed.encode()).decode()
        except InvalidToken:
            return ""

    def hash_of(self, account_id: int, code: str) -> str:
        return hmac.new(self._hashing, f"{account_id}:{code}".encode(), hashlib.sha256).hexdigest()


def factor_of(session: Session, account: Account) -> SecondFactor | None:
    """The one that counts; None while none is confirmed."""
    factor = session.get(SecondFactor, account.id or 0)
    return factor if factor is not None and factor.confirmed_at is not None else None


def begin(session: Session, account: Account, keys: Keys) -> None:
    """What a device is to be fed with; it counts for nothing until `confirm`. A confirmed one stays as it is."""
    if factor_of(session, account) is not None:
        return
    row = session.get(SecondFactor, account.id or 0) or SecondFactor(account_id=account.id or 0, sealed_secret="")
    row.sealed_secret, row.last_step = keys.seal(pyotp.random_base32()), 0
    session.add(row)
    session.flush()


def secret_to_confirm(session: Session, account: Account, keys: Keys) -> str:
    """Base32; empty where nothing was begun, or it is confirmed already and shown to nobody any more."""
    row = session.get(SecondFactor, account.id or 0)
    return keys.open(row.sealed_secret) if row is not None and row.confirmed_at is None else ""


def address_of(secret: str, account: Account, issuer: str) -> str:
    """What the device reads from the picture: otpauth://totp/…"""
    return pyotp.TOTP(secret).provisioning_uri(name=account.login, issuer_name=issuer)


def confirm(session: Session, account: Account, keys: Keys, code: str, at: datetime) -> list[str] | None:
    """The recovery codes, which nobody sees again; None for a wrong code, or where there is nothing to confirm."""
    row = session.get(SecondFactor, account.id or 0)
    if row is None or row.confirmed_at is not None:
        return None
    step = _step_of(keys.open(row.sealed_secret), code, at)
    if step is None:
        return None
    row.confirmed_at, row.last_step = at, step
    account.session_epoch += 1  # whoever is logged in elsewhere was so without it
    session.add_all((row, account))
    audit.record(session, subject_of(account), "second_factor_added", subject_of(account))
    return make_recovery_codes(session, account, keys)


def make_recovery_codes(session: Session, account: Account, keys: Keys) -> list[str]:
    """New ones in the place of all that were there."""
    _forget_codes(session, account)
    codes = ["-".join(_half() for _ in range(2)) for _ in range(RECOVERY_CODES)]
    for code in codes:
        hashed = keys.hash_of(account.id or 0, _folded(code))
        session.add(RecoveryCode(account_id=account.id or 0, code_hash=hashed))
    audit.record(session, subject_of(account), "recovery_codes_made", subject_of(account))
    return codes


def recovery_codes_left(session: Session, account: Account) -> int:
    unused = select(func.count()).where(RecoveryCode.account_id == account.id, col(RecoveryCode.used_at).is_(None))
    return session.exec(unused).one()


def passes(
    session: Session, account: Account | None, keys: Keys, code: str, at: datetime, *, password_right: bool
) -> bool:
    """Whether somebody with this code comes in, who is known by the password already; the code is used up then.
    An account without a second factor asks for none. A wrong password takes the same way and uses nothing up."""
    factor = None if account is None else factor_of(session, account)
    if account is None or factor is None:
        return password_right
    step = _step_of(keys.open(factor.sealed_secret), code, at)
    recovery = None if step is not None else _recovery_code(session, account, keys, code)
    if not password_right:
        return False
    if step is not None and step > factor.last_step:
        factor.last_step = step
        session.add(factor)
        return True
    if recovery is not None:
        recovery.used_at = at
        session.add(recovery)
        audit.record(session, subject_of(account), "recovery_code_used", subject_of(account))
        return True
    return False


def remove(session: Session, account: Account, *, actor: str) -> bool:
    """`actor` is oneself, or an administrator for who lost device and codes. All sessions of the account end with
    it. False: there was none."""
    row = session.get(SecondFactor, account.id or 0)
    if row is None:
        return False
    _forget_codes(session, account)
    session.delete(row)
    account.session_epoch += 1
    session.add(account)
    action = "second_factor_removed" if actor == subject_of(account) else "second_factor_reset"
    audit.record(session, actor, action, subject_of(account))
    return True


def _step_of(secret: str, code: str, at: datetime) -> int | None:
    """The time step whose code this is, of those that are taken at `at`."""
    if not secret:
        return None
    totp, now = pyotp.TOTP(secret), int(at.timestamp()) // STEP_S
    came = "".join(code.split()).encode()
    fitting = [
        step
        for step in range(now - _SKEW, now + _SKEW + 1)
        if hmac.compare_digest(totp.generate_otp(step).encode(), came)
    ]
    return fitting[-1] if fitting else None


def _recovery_code(session: Session, account: Account, keys: Keys, code: str) -> RecoveryCode | None:
    hashed = keys.hash_of(account.id or 0, _folded(code))
    wanted = select(RecoveryCode).where(RecoveryCode.code_hash == hashed, col(RecoveryCode.used_at).is_(None))
    return session.exec(wanted).first()


def _forget_codes(session: Session, account: Account) -> None:
    for row in session.exec(select(RecoveryCode).where(RecoveryCode.account_id == account.id)).all():
        session.delete(row)
    session.flush()


def _half() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(_HALF))


def _folded(code: str) -> str:
    return "".join(letter for letter in code.upper() if letter.isalnum())
