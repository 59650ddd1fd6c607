"""How soon whoever looks only at Grafana's panels sees a fault."""
