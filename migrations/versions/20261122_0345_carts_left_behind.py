"""Whether a shopper wants to be reminded of a cart left behind"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_0345"
down_revision = "20261122_0340"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("cart") as batch_op:
        batch_op.add_column(
            sa.Column("may_remind", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("cart") as batch_op:
        batch_op.drop_column("may_remind")
