"""Whether a shopper agreed to be written to about a cart left behind"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_0345"
down_revision = "20261122_0340"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "cart", sa.Column("may_remind", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("cart", "may_remind")
