"""Measures shared by training and evaluation: proportions, AUC, calibration error, intervals."""
