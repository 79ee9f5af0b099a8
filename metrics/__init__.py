"""Measures for training and evaluation alike: proportions, AUC, calibration error, intervals."""
