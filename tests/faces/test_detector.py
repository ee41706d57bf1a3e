"""What the network says becomes boxes, each face once; the file is changed in its shapes alone."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline import faces, models
from pipeline.diarization.onnx_graph import Graph
from pipeline.errors import ConfigurationError
from pipeline.faces.detector import decoded
from pipeline.faces.onnx_shape import with_any_size
from pipeline.models.onnx_network import OnnxNetwork
from pipeline.workflow.picture_faces import is_available

pulled = pytest.mark.skipif(not is_available(), reason="the model of faces is not pulled")


def maps(*found: tuple[int, int, float]) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.float32]], ...]:
    """What the network would say of faces of 40 by 32 pixels with their middles in these cells."""
    chances = np.zeros((1, 1, 20, 30), np.float32)
    sizes, offsets = np.zeros((1, 2, 20, 30), np.float32), np.zeros((1, 2, 20, 30), np.float32)
    for row, column, chance in found:
        chances[0, 0, row, column] = chance
        sizes[0, :, row, column] = np.log([10, 8])
        offsets[0, :, row, column] = [0.25, -0.25]
    return chances, sizes, offsets


def test_a_face_is_where_its_middle_and_size_say() -> None:
    ((left, top, right, bottom, score),) = decoded(*maps((10, 12, 0.9))).tolist()
    assert ((left + right) / 2, (top + bottom) / 2) == pytest.approx((12.25 * 4, 10.75 * 4))
    assert (right - left, bottom - top, score) == pytest.approx((32, 40, 0.9))


def test_each_face_is_found_once_and_the_surest_box_stays() -> None:
    found = decoded(*maps((10, 12, 0.5), (10, 13, 0.9), (3, 25, 0.4), (5, 5, 0.1)))
    assert found[:, 4].tolist() == pytest.approx([0.9, 0.4])
    assert decoded(*maps()).shape == (0, 5)


def test_a_model_for_one_size_takes_any_and_says_the_same() -> None:
    graph = Graph()
    output = graph.add("Relu", graph.add("Add", "picture", graph.constant([1.0])))
    model = graph.model(inputs="picture", shape=[1, 3, 8, 8], output=output)
    small, large = np.full((1, 3, 8, 8), -0.5, np.float32), np.full((1, 3, 16, 24), 0.5, np.float32)
    assert (OnnxNetwork(with_any_size(model)).run(small) == OnnxNetwork(model).run(small)).all()
    assert OnnxNetwork(with_any_size(model)).run(large).shape == (1, 3, 16, 24)
    with pytest.raises(Exception, match="invalid dimensions"):
        OnnxNetwork(model).run(large)


@pytest.mark.parametrize("broken", [b"\xff", b"\x0a\xff\x01", b"\x0b", b"\x3a\x05\x5a\xff\x01aa"])
def test_what_is_no_model_is_refused(broken: bytes) -> None:
    with pytest.raises(ValueError, match="no ONNX model"):
        with_any_size(broken)


def test_without_the_model_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("OFFRECORD_MODELS", f"{tmp_path}")
    with pytest.raises(ConfigurationError) as caught:
        faces.load_detector()
    assert caught.value.action == "run `offrecord models pull faces --from FOLDER`"
    assert models.find(faces.MODEL).licence == "MIT"


@pulled
@pytest.mark.parametrize("size", [(90, 160), (361, 641), (1300, 2600)])
def test_the_network_takes_pictures_of_any_size_and_sees_no_face_in_a_slide(size: tuple[int, int]) -> None:
    slide = np.full((*size, 3), 230, np.uint8)
    slide[size[0] // 3 : size[0] // 3 + 12, 20 : size[1] // 2] = 40
    assert faces.load_detector().boxes(slide) == ()


@pulled
def test_a_face_that_is_drawn_is_found_where_it_is() -> None:
    (box,) = faces.load_detector().boxes(drawn_face(240, 320, (150, 110)))
    region = box.region
    assert (
        abs((region.left + region.right) / 2 * 320 - 150) < 15
        and abs((region.top + region.bottom) / 2 * 240 - 115) < 25
    )


def drawn_face(height: int, width: int, middle: tuple[int, int]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """A face of shaded ellipses on a gray wall, 70 pixels wide."""
    rows, columns = np.mgrid[:height, :width].astype(np.float64)
    picture = np.full((height, width, 3), (150.0, 155.0, 160.0))

    def ellipse(right: float, down: float, wide: float, high: float, colour: tuple[int, int, int], soft: float) -> None:
        away = np.hypot((columns - middle[0] - right) / wide, (rows - middle[1] - down) / high)
        share = np.clip((1.0 - away) / soft + 1.0, 0.0, 1.0)[..., None]
        picture[:] = (1 - share) * picture + share * np.array(colour)

    ellipse(0, 110, 75, 60, (60, 70, 110), 0.05)
    ellipse(0, 50, 18, 30, (190, 145, 120), 0.1)
    ellipse(0, -14, 41, 50, (60, 42, 32), 0.1)
    ellipse(0, 4, 34, 46, (222, 178, 152), 0.15)
    for side in (-1, 1):
        ellipse(side * 14, -12, 9, 2.5, (80, 55, 42), 0.5)
        ellipse(side * 14, -4, 7.5, 4.2, (240, 236, 232), 0.3)
        ellipse(side * 14, -4, 3.4, 3.8, (60, 40, 30), 0.3)
    ellipse(0, 10, 4, 11, (205, 158, 132), 0.8)
    ellipse(0, 16, 7, 3.5, (188, 136, 112), 0.6)
    ellipse(0, 28, 13, 4, (178, 92, 88), 0.4)
    return picture.clip(0, 255).astype(np.uint8)
