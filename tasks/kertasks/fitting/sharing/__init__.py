"""One network trained by several hosts: each computes the gradients of its rows of a batch, and the
trainer sums them up. What a host is, and how it is reached, is not known here."""
