"""lift.toml: the document, its presets and waivers, and the verdict it leads to."""
