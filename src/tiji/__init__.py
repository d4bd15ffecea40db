"""Tiji 梯级: sales management from the year's target to the cash, the appraisal, the pay and the promotion."""

__version__ = "0.1.0"
