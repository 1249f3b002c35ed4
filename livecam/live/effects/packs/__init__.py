"""Effect packs: folders of pictures and an `effect.toml` that become something to draw on a face."""
