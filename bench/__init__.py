"""The benchmark suite: the shop against a floor measured in the same run (see bin/bench)."""
