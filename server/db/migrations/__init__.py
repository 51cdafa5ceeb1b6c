"""The steps from an empty database to this version's, in the order of their ids; never edited later."""
