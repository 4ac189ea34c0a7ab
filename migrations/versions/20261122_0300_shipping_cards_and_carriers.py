"""Carriers, surcharges, areas, boxes, rules of choice and live answers of shipping

Expand step: new tables, new columns with a default. The running version ignores them.
"""

import sqlalchemy as sa
from alembic import op

from app.models import types

revision = "20261122_0300"
down_revision = "20261122_0255"
branch_labels = None
depends_on = None


def text(name: str, length: int) -> sa.Column:
    """A short word, empty by default."""
    return sa.Column(name, sa.String(length=length), server_default="", nullable=False)


def number(name: str, default: int = 0) -> sa.Column:
    """A whole number with a default."""
    return sa.Column(name, sa.Integer(), server_default=str(default), nullable=False)


def yes_no(name: str, default: bool) -> sa.Column:  # noqa: FBT001 - a default
    """True or false with a default."""
    return sa.Column(name, sa.Boolean(), server_default=sa.true() if default else sa.false(),
                     nullable=False)


def json(name: str) -> sa.Column:
    """An object, empty by default."""
    return sa.Column(name, sa.JSON(), server_default="{}", nullable=False)


def dated() -> list[sa.Column]:
    """From when to when, and why we believe it."""
    return [sa.Column("valid_from", sa.Date(), nullable=False),
            sa.Column("valid_to", sa.Date(), nullable=True),
            sa.Column("source", sa.Text(), server_default="", nullable=False)]


ADDED = {
    "shipping_service": lambda: [
        sa.Column("mode", sa.String(length=12), server_default="line", nullable=False),
        sa.Column("transport", sa.String(length=8), server_default="ground", nullable=False),
        json("weighing"), number("max_sum_mm"), yes_no("takes_po_box", True),
        yes_no("takes_military", True), text("live_code", 80),
    ],
    "shipping_zone": lambda: [text("region", 8), text("postcode_to", 12)],
    "shipping_rate": lambda: [
        number("step_g"), number("step_minor"),
        sa.Column("up_to_value_minor", sa.Integer(), nullable=True),
    ],
    "variant": lambda: [json("dangerous")],
    "shipment": lambda: [text("carrier", 48), number("chargeable_g")],
}
TABLES = ("live_rate", "dangerous_goods", "shipping_choice", "shipping_volume", "shipping_box",
          "shipping_area", "shipping_surcharge", "shipping_outage", "carrier")


def upgrade() -> None:
    for table, columns in ADDED.items():
        with op.batch_alter_table(table) as batch:
            for column in columns():
                batch.add_column(column)
    op.create_index("ix_shipment_shipped_at", "shipment", ["shipped_at"])
    carriers()
    cards()
    goods_and_choices()


def carriers() -> None:
    """Who carries, and what is down."""
    op.create_table(
        "carrier",
        sa.Column("code", sa.String(length=48), nullable=False),
        text("name", 120),
        sa.Column("coverage", sa.Integer(), nullable=True),
        sa.Column("quality", sa.Integer(), nullable=True),
        sa.Column("cost", sa.Integer(), nullable=True),
        sa.Column("technology", sa.Integer(), nullable=True),
        json("contract"),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_carrier")),
    )
    op.create_table(
        "shipping_outage",
        sa.Column("id", sa.Integer(), nullable=False),
        text("carrier", 48), text("service", 48), text("country", 2),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("since", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("until", types.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipping_outage")),
    )
    op.create_table(
        "shipping_volume",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("carrier", sa.String(length=48), nullable=False),
        sa.Column("from_kg", sa.Integer(), nullable=False),
        sa.Column("percent", types.Exact(length=40), nullable=False),
        *dated(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipping_volume")),
        sa.UniqueConstraint("carrier", "from_kg", "valid_from",
                            name=op.f("uq_shipping_volume_carrier_from_kg_valid_from")),
    )


def cards() -> None:
    """What stands on a rate card besides its steps."""
    op.create_table(
        "shipping_surcharge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        text("zone", 24), text("area", 32), number("amount_minor"), number("minimum_minor"),
        sa.Column("percent", types.Exact(length=40), server_default="0", nullable=False),
        number("above_minor"), yes_no("per_parcel", False), yes_no("in_fuel", False),
        number("position"), sa.Column("currency", sa.String(length=3), nullable=False),
        *dated(),
        sa.CheckConstraint(
            "kind IN ('per_kg_min', 'fixed', 'percent_base', 'percent_value', 'fuel')",
            name=op.f("ck_shipping_surcharge_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["shipping_service.id"], ondelete="CASCADE",
            name=op.f("fk_shipping_surcharge_service_id_shipping_service"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipping_surcharge")),
        sa.UniqueConstraint(
            "service_id", "code", "zone", "area", "valid_from",
            name=op.f("uq_shipping_surcharge_row"),
        ),
    )
    op.create_table(
        "shipping_area",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        text("region", 8), text("postcode_prefix", 12), text("postcode_to", 12),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipping_area")),
        sa.UniqueConstraint(
            "code", "country", "region", "postcode_prefix", "postcode_to",
            name=op.f("uq_shipping_area_place"),
        ),
    )
    op.create_table(
        "shipping_box",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("warehouse_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        *(sa.Column(f"{side}_{name}_mm", sa.Integer(), nullable=False)
          for side in ("inner", "outer") for name in ("length", "width", "height")),
        number("tare_g"), number("max_weight_g", 30000),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouse.id"],
                                name=op.f("fk_shipping_box_warehouse_id_warehouse")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipping_box")),
        sa.UniqueConstraint("warehouse_id", "code",
                            name=op.f("uq_shipping_box_warehouse_id_code")),
    )


def goods_and_choices() -> None:
    """What may travel how, which service is preferred, what a live provider answered."""
    op.create_table(
        "dangerous_goods",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("un", sa.String(length=8), nullable=False),
        sa.Column("transport", sa.String(length=8), nullable=False),
        sa.Column("is_allowed", sa.Boolean(), nullable=False),
        sa.Column("max_cell_wh", types.Exact(length=40), nullable=True),
        sa.Column("max_battery_wh", types.Exact(length=40), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("confidence", sa.String(length=12), server_default="review", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dangerous_goods")),
        sa.UniqueConstraint("un", "transport", name=op.f("uq_dangerous_goods_un_transport")),
    )
    op.create_table(
        "shipping_choice",
        sa.Column("id", sa.Integer(), nullable=False),
        text("market_code", 8), text("tier", 12),
        sa.Column("min_minor", sa.Integer(), nullable=True),
        sa.Column("max_minor", sa.Integer(), nullable=True),
        text("currency", 3),
        sa.Column("prefer", sa.String(length=8), server_default="cost", nullable=False),
        yes_no("needs_tracking", False), number("position"),
        *dated(),
        sa.CheckConstraint("prefer IN ('cost', 'speed', 'score')",
                           name=op.f("ck_shipping_choice_prefer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipping_choice")),
    )
    op.create_table(
        "live_rate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("service", sa.String(length=48), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("asked_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("until", types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_rate")),
        sa.UniqueConstraint("mark", "service", name=op.f("uq_live_rate_mark_service")),
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    op.drop_index("ix_shipment_shipped_at", "shipment")
    for table, columns in ADDED.items():
        with op.batch_alter_table(table) as batch:
            for column in columns():
                batch.drop_column(column.name)
