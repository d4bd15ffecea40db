"""What the pages of this app show: plain values for templates, one module a subject."""
