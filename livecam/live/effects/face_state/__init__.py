"""What effects remember and know of each face: geometry, eyelids, fluster level, fading."""
