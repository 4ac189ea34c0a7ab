"""The key from a cart to its order, which PostgreSQL has lacked since the first migration"""

from alembic import op

revision = "20261122_0350"
down_revision = "20261122_0345"
branch_labels = None
depends_on = None

# CREATE TABLE leaves a key out that is marked use_alter, except on SQLite, which cannot add one.
NAME = "fk_cart_order_id_orders"


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.create_foreign_key(NAME, "cart", "orders", ["order_id"], ["id"])


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(NAME, "cart", type_="foreignkey")
