"""The server of Rawana: what phones and desks talk to, and what alone talks to Shopify."""
