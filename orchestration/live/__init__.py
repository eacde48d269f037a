"""The live run: reads every force, lands, transforms, hands over, and reports each batch."""
