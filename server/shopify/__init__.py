"""What Rawana uses to talk to a Shopify store: the Admin API client, its documents, webhook signatures."""
