"""The REST root: sign-in, errors, paging."""
