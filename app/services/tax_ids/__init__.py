"""Tax ids of business buyers: form and checksum at once, the registry's word later."""
