"""The address of a recording's file: good for one account, one recording and one copy, and for two hours.

Copied into a chat it opens nothing: whoever has it must be logged in as the same person. A player whose pass has
ended asks for another one (`player.js`) and goes on where it was.
"""

from __future__ import annotations

from itsdangerous import BadData, URLSafeTimedSerializer

GOOD_FOR_S = 2 * 3600


class Passes:
    def __init__(self, secret: bytes) -> None:
        self._signer = URLSafeTimedSerializer(secret, salt="server.review.passes")

    def give(self, account_id: int, recording_id: int, copy_key: str) -> str:
        signed: str = self._signer.dumps([account_id, recording_id, copy_key])
        return signed

    def is_good(self, came: str, account_id: int, recording_id: int, copy_key: str) -> bool:
        try:
            known = self._signer.loads(came, max_age=GOOD_FOR_S)
        except BadData:
            return False
        return bool(known == [account_id, recording_id, copy_key])
