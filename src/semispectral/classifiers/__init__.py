"""Classifiers without a generative model: the SVM and the other baselines."""
