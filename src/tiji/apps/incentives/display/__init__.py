"""Values put into words and shapes that both pages and forms use."""
