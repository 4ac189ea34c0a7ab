"""Rates for those established in a place, as on the Greek islands"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_0400"
down_revision = "20261122_0350"
branch_labels = None
depends_on = None

COLUMNS = {"local_tax_as": 12, "local_for": 20}


def upgrade() -> None:
    with op.batch_alter_table("territory") as batch_op:
        for name, length in COLUMNS.items():
            batch_op.add_column(
                sa.Column(name, sa.String(length), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("territory") as batch_op:
        for name in COLUMNS:
            batch_op.drop_column(name)
