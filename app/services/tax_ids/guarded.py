"""A register behind a circuit breaker: while it is away, nobody waits for it."""

from __future__ import annotations

from app.services.circuit import Circuit
from app.services.tax_ids.port import RegistryAnswer, TaxIdRegistry


class Guarded:
    """The same register; asked in vain five times, it is left alone for a minute."""

    def __init__(self, registry: TaxIdRegistry, circuit: Circuit | None = None) -> None:
        self.registry, self.code = registry, registry.code
        self.circuit = circuit or Circuit(registry.code)

    def ask(self, number: str, asker: str) -> RegistryAnswer:
        """See TaxIdRegistry."""
        return self.circuit.call(lambda: self.registry.ask(number, asker))
