"""Other people's checkpoints: whole models that `torch.save` pickled, read without running what is in them."""
