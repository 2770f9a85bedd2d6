"""What is measured: many rooms on one machine, and one room on a bad line."""
