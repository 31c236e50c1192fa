"""Names and constants, against the published tables as they are quoted elsewhere."""

import subprocess
import sys

import numpy as np
import pytest

from analysis import corruptions
from analysis.corruptions import table

# By severity; numbers of one severity are joined by commas.
PUBLISHED = """
gaussian_noise | .08 .12 .18 .26 .38 | .04 .06 .08 .09 .10 | .886428
shot_noise | 60 25 12 5 3 | 500 250 100 75 50 | .894468
impulse_noise | .03 .06 .09 .17 .27 | .01 .02 .03 .05 .07 | .922640
defocus_blur | 3,.1 4,.5 6,.5 8,.5 10,.5 | .3,.4 .4,.5 .5,.6 1,.2 1.5,.1 | .819880
glass_blur | .7,1,2 .9,2,1 1,2,3 1.1,3,2 1.5,4,2 | .05,1,1 .25,1,1 .4,1,1 .25,1,2 .4,1,2 | .826268
motion_blur | 10,3 15,5 15,8 15,12 20,15 | 6,1 6,1.5 6,2 8,2 9,2.5 | .785948
zoom_blur | 1.11,.01 1.16,.01 1.21,.02 1.26,.02 1.31,.03 \
 | 1.06,.01 1.11,.01 1.16,.01 1.21,.01 1.26,.01 | .798360
snow | .1,.3,3,.5,10,4,.8 .2,.3,2,.5,12,4,.7 .55,.3,4,.9,12,8,.7 .55,.3,4.5,.85,12,8,.65 \
 .55,.3,2.5,.85,12,12,.55 | .1,.2,1,.6,8,3,.95 .1,.2,1,.5,10,4,.9 .15,.3,1.75,.55,10,4,.9 \
 .25,.3,2.25,.6,12,6,.85 .3,.3,1.25,.65,14,12,.8 | .866816
frost | 1,.4,1 .8,.6,1 .7,.7,1 .65,.7,1 .6,.75,1 \
 | 1,.2,5 1,.3,5 .9,.4,5 .85,.4,5 .75,.45,5 | .826572
fog | 1.5,2 2,2 2.5,1.7 2.5,1.5 3,1.4 | .2,3 .5,3 .75,2.5 1,2 1.5,1.75 | .819324
brightness | .1 .2 .3 .4 .5 | .05 .1 .15 .2 .3 | .564592
contrast | .4 .3 .2 .1 .05 | .75 .5 .4 .3 .15 | .853204
elastic_transform | 488,170.8,24.4 488,19.52,48.8 12.2,2.44,4.88 17.08,2.44,4.88 29.28,2.44,4.88 \
 | 0,0,2.56 1.6,6.4,2.24 2.56,1.92,1.92 3.2,1.28,1.6 3.2,.96,.96 | .646056
pixelate | .6 .5 .4 .3 .25 | .95 .9 .85 .75 .65 | .717840
jpeg_compression | 25 18 15 10 7 | 80 65 58 50 40 | .606500
speckle_noise | .15 .2 .35 .45 .6 | .06 .1 .12 .16 .2 |
gaussian_blur | 1 2 3 4 6 | .4 .6 .7 .8 1 |
spatter | .65,.3,4,.69,.6,0 .65,.3,3,.68,.6,0 .65,.3,2,.68,.5,0 .65,.3,1,.65,1.5,1 \
 .67,.4,1,.65,1.5,1 | .62,.1,.7,.7,.5,0 .65,.1,.8,.7,.5,0 .65,.3,1,.69,.5,0 \
 .65,.1,.7,.69,.6,1 .65,.1,.5,.68,.6,1 |
saturate | .3,0 .1,0 2,0 5,.1 20,.2 | .3,0 .1,0 1.5,0 2,.1 2.5,.2 |
"""
ROWS = [[cell.strip() for cell in line.split("|")] for line in PUBLISHED.strip().splitlines()]


def numbers(cell):
    return [tuple(map(float, group.split(","))) for group in cell.split()]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_constants_are_the_published_ones(row):
    name, large, small, alexnet = row
    for constants, side, cell in (("imagenet-c", 224, large), ("cifar-10-c", 32, small)):
        found = np.array(table.CONSTANTS[constants][name])
        if name == "elastic_transform":  # kept as parts of the side
            found = found[:, :3] * found[:, 3:] * side
        assert np.allclose(found, numbers(cell), rtol=1e-12, atol=0)
    assert corruptions.ALEXNET_ERRORS.get(name) == (float(alexnet) if alexnet else None)


def test_names_come_in_the_usual_order():
    names = [row[0] for row in ROWS]
    assert tuple(names[:15]) == corruptions.NAMES
    assert tuple(names[15:]) == corruptions.EXTRA
    assert sum(corruptions.ALEXNET_ERRORS.values()) / 15 == pytest.approx(0.7890, abs=5e-5)
    kinds = [corruptions.kind_of(name) for name in names]
    kinds_in_order = ["noise"] * 3 + ["blur"] * 4 + ["weather"] * 4 + ["digital"] * 4
    assert kinds == kinds_in_order + ["extra"] * 4
    with pytest.raises(ValueError, match="'rain' is not the name"):
        corruptions.kind_of("rain")


@pytest.mark.parametrize(
    ("constants", "size", "expected"),
    [
        ("auto", (64, 64), "imagenet-c"),
        ("auto", (63, 300), "cifar-10-c"),
        ("cifar-10-c", (224, 224), "cifar-10-c"),
        ("imagenet-c", (8, 8), "imagenet-c"),
    ],
)
def test_the_size_chooses_the_constants_unless_the_caller_does(constants, size, expected):
    assert table.chosen(constants, *size) == expected


def test_the_half_that_judges_needs_no_torch():
    program = (
        "import sys, numpy as np; from analysis import corruptions;"
        "corruptions.summarise(np.ones((2, 1, 5), bool), np.ones(2, bool), ['fog'],"
        " 'cifar-10-c', 0); print('torch' in sys.modules, callable(corruptions.corrupt))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "True"]
    assert set(corruptions.__all__) <= {*dir(corruptions), "corrupt"}
    with pytest.raises(AttributeError, match="nothing"):
        _ = corruptions.nothing
