"""The rooms of the business, one capability each."""
