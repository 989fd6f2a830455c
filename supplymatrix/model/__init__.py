"""Values that travel between the rooms; all frozen, none of them knows where it is stored or shown."""
