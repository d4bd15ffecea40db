"""What every room leans on: errors, permissions, fields, audit, files."""
