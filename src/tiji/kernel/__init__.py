"""The rules of the business on plain values: no Django, no clock, no input or output of its own but the engine room."""
