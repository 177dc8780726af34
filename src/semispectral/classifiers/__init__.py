"""The classifiers without a generative model: the SVM and the baselines."""
