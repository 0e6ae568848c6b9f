"""Request and response models that more than one service reads."""
