"""Measures shared by training and evaluation: recall, AUC, calibration error, intervals."""
