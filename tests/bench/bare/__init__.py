"""A bare Django view around one SQL statement: what a shipment over HTTP could cost at the least."""
