"""Pictures and their renditions."""
