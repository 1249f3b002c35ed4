"""Tests of effect packs: formulas, manifests, pictures, layers."""
