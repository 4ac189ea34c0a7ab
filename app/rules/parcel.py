"""A closed box, and what a service takes at most. Millimetres and grams, whole numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parcel:
    """A closed box. length >= width >= height."""

    weight_g: int
    length_mm: int
    width_mm: int
    height_mm: int
    pieces: int = 1
    box: str = ""  # the warehouse's carton; '' is made to measure or the goods' own packaging

    @property
    def volume_mm3(self) -> int:
        """Outer volume in cubic millimetres."""
        return self.length_mm * self.width_mm * self.height_mm

    @property
    def girth_mm(self) -> int:
        """Length and girth as carriers measure it: L + 2W + 2H."""
        return self.length_mm + 2 * (self.width_mm + self.height_mm)

    @property
    def sum_mm(self) -> int:
        """The three sides together, as post offices measure it."""
        return self.length_mm + self.width_mm + self.height_mm


@dataclass(frozen=True, slots=True)
class Limits:
    """What a service takes at most, per parcel; a sum of sides of 0 is no limit."""

    max_weight_g: int
    max_side_mm: int
    max_girth_mm: int
    max_sum_mm: int = 0

    def allow(self, parcel: Parcel) -> bool:
        """True when the service takes this parcel; a value on the limit is taken."""
        return (
            parcel.weight_g <= self.max_weight_g
            and parcel.length_mm <= self.max_side_mm
            and parcel.girth_mm <= self.max_girth_mm
            and (not self.max_sum_mm or parcel.sum_mm <= self.max_sum_mm)
        )
