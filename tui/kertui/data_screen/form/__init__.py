"""The form by which data is said to be otherwise: the settings of each kind of data."""
