"""Asking the engines a question from a file: self-contained cases in, answers out."""
