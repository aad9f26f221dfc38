# Checkov loads Python checks from a package alone.
