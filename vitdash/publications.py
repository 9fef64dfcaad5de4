"""What is known of data sets that are published as files: names, sizes, checksums, mirrors. Fetches nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """A file as published, gzipped: name, bytes, MD5 in hexadecimal; and the MD5 of what is in it, "" if unknown."""

    name: str
    size: int
    md5: str
    unpacked_md5: str = ""

    @property
    def unpacked_name(self) -> str:
        """Return what the file is called once it is unpacked."""
        return self.name.removesuffix(".gz")


@dataclass(frozen=True, slots=True)
class Publication:
    """A data set as published: where its files lie below the data directory, whence they come, its classes in order.

    `mirrors` are addresses that a file's name is appended to, in order of preference. `files` are training images and
    labels, then validation images and labels.
    """

    folder: str
    mirrors: tuple[str, ...]
    files: tuple[PublishedFile, ...]
    classes: tuple[str, ...]

    @property
    def size(self) -> int:
        """Return the bytes of all files together."""
        return sum(file.size for file in self.files)


# Source: Xiao, Rasul, Vollgraf, 2017; folder, mirrors and checksums as torchvision has them, which a test proves.
FASHION_MNIST = Publication(
    folder="FashionMNIST/raw",
    mirrors=("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",),
    files=(
        PublishedFile(
            "train-images-idx3-ubyte.gz",
            26_421_880,
            "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            unpacked_md5="f4a8712d7a061bf5bd6d2ca38dc4d50a",
        ),
        PublishedFile(
            "train-labels-idx1-ubyte.gz",
            29_515,
            "25c81989df183df01b3e8a0aad5dffbe",
            unpacked_md5="9018921c3c673c538a1fc5bad174d6f9",
        ),
        PublishedFile(
            "t10k-images-idx3-ubyte.gz",
            4_422_102,
            "bef4ecab320f06d8554ea6380940ec79",
            unpacked_md5="8181f5470baa50b63fa0f6fddb340f0a",
        ),
        PublishedFile(
            "t10k-labels-idx1-ubyte.gz",
            5_148,
            "bb300cfdad3c16e7a12a480ee83cd310",
            unpacked_md5="15d484375f8d13e6eb1aabb0c3f46965",
        ),
    ),
    classes=(
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ),
)

# Source: LeCun, Cortes, Burges, 1998; folder, mirrors and checksums as torchvision has them, which a test proves.
MNIST = Publication(
    folder="MNIST/raw",
    mirrors=("https://ossci-datasets.s3.amazonaws.com/mnist/", "http://yann.lecun.com/exdb/mnist/"),
    files=(
        PublishedFile(
            "train-images-idx3-ubyte.gz",
            9_912_422,
            "f68b3c2dcbeaaa9fbdd348bbdeb94873",
            unpacked_md5="6bbc9ace898e44ae57da46a324031adb",
        ),
        PublishedFile(
            "train-labels-idx1-ubyte.gz",
            28_881,
            "d53e105ee54ea40749a09fcbcd1e9432",
            unpacked_md5="a25bea736e30d166cdddb491f175f624",
        ),
        PublishedFile(
            "t10k-images-idx3-ubyte.gz",
            1_648_877,
            "9fb629c4189551a2d022fa330f9573f3",
            unpacked_md5="2646ac647ad5339dbf082846283269ea",
        ),
        PublishedFile(
            "t10k-labels-idx1-ubyte.gz",
            4_542,
            "ec29112dd5afa0611ce80d1b7f02629c",
            unpacked_md5="27ae3e4e09519cfbb04c329615203637",
        ),
    ),
    classes=tuple("0123456789"),
)
