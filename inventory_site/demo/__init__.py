"""Data to try the product with: a made-up company, or the sales of a real grocer, loaded by set-based SQL."""
