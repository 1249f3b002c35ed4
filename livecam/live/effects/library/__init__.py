"""The library of effect packs: where they lie, installing and checking them, loading them again when they change."""
