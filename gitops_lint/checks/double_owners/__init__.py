"""The checks behind the rules of the category double-owners."""
