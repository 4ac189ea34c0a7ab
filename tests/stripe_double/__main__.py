"""python -m tests.stripe_double --port 12111 --webhook http://127.0.0.1:8000/webhooks/stripe"""

from __future__ import annotations

import argparse

from tests.stripe_double.server import StripeDouble


def main() -> None:
    """Serve until interrupted; webhooks go out by themselves."""
    parser = argparse.ArgumentParser(prog="python -m tests.stripe_double")
    parser.add_argument("--port", type=int, default=12111)
    parser.add_argument("--webhook", default="", help="address that events are sent to")
    parser.add_argument("--secret", default="whsec_double", help="signing secret of the webhooks")
    words = parser.parse_args()
    double = StripeDouble(words.port, words.webhook, words.secret,
                          is_automatic=bool(words.webhook))
    print(f"Stripe double on {double.url}", flush=True)
    double.serve()


if __name__ == "__main__":
    main()
