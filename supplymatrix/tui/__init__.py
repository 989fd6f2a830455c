"""The terminal app: screens over the same answers that the commands give. It asks `engine` and shows."""
