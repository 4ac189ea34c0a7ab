"""Words of the interface in the merchant's own wording"""

import sqlalchemy as sa
from alembic import op

from app.models import types

revision = "20261122_0335"
down_revision = "20261122_0325"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "own_wording",
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("message", sa.String(length=240), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changed_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("language", "message", name=op.f("pk_own_wording")),
    )


def downgrade() -> None:
    op.drop_table("own_wording")
