"""The shape of what people send to the stock pages; the services check the truth."""
