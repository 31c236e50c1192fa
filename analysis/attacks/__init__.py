"""Adversarial attacks on image classifiers: as strong as standard AutoAttack, image by image."""
