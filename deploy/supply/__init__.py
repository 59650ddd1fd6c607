"""Of what the images are made, and whether something of it is known to be vulnerable."""
