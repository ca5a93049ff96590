"""Parkstad-in-een-doos: a second synthetic region, of other parties and in another year than Drenthe."""
