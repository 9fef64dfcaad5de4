"""Layers that compute what torch's and torchvision's compute, in less time. Imported only where a network is built.

Must not know architectures, training or runs. A layer here has the parameters, under the names, of the one it stands
for: checkpoints fit both ways, and initial weights are drawn by the library.
"""
