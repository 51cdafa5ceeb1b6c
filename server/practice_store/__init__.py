"""A simulated Shopify store for trying Rawana out, for training staff and for the tests.

It executes Rawana's real documents on a subset of the real schema, keeps its state in memory (with a journal, if given,
so that a killed process comes back as the same store), sends signed webhooks and can be told to misbehave. Its rules
are those seen in recorded conversations with real development stores; the tests replay them.
"""
