"""The worker: follows the outbox, does jobs, keeps the clock's appointments."""
