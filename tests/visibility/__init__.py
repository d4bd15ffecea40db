"""What each role may do behind each door, one table a room. How to add a line: docs/how-to/visibility-tests.md"""
