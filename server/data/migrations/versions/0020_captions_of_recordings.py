"""Captions of recordings: what a machine heard, when, and all words of a recording to look for.

Where a petition turns out to be a denunciation, what was heard with it is erased by the server (see
`server.review.captions.queries`), as notes are.

Revision ID: 0020
Revises: 0019
Create Date: 2026-11-28
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recording_transcript",
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("made_of", sa.String(64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"]),
        sa.PrimaryKeyConstraint("recording_id"),
    )
    op.create_table(
        "recording_caption",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("starts_s", sa.Float(), nullable=False),
        sa.Column("ends_s", sa.Float(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_recording_caption_recording_id", "recording_caption", ["recording_id"])


def downgrade() -> None:
    op.drop_table("recording_caption")
    op.drop_table("recording_transcript")
