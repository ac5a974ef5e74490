"""What follows from levels and thresholds without anybody booking."""

from stock.ledger.sweep import judge_levels

__all__ = ["judge_levels"]
