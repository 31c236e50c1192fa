"""What attacks on image classifiers stand on: draws of each image. No attack is here yet."""
