"""An example receiver of Kritiq's webhooks: a small dashboard for the owner of a restaurant."""
