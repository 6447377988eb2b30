"""The networks of the model zoo, written from their published definitions; one module per family."""
