"""The experiments of Sun, Huang and Qiu (2019), "Utilizing BERT for ABSA via constructing auxiliary sentence", anew."""
