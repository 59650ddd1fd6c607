"""What guests say of restaurants."""
