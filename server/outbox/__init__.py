"""What must be done at Shopify, done."""
