"""What people and portals put into a text, made readable for the network: markup, markers, placeholders, clauses."""
