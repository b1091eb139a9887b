"""A path becomes objects: each builder reads what one tool would read there, as that tool would."""
