"""Annotations of CVAT."""

import pytest
from labelled_images import make_content, read_result

from higherhrnet_plugin.interchange import ImportOptions, import_labels
from higherhrnet_plugin.interchange.cvat import parse_xml, read_cvat

# as CVAT 2 exports a task of skeletons, with an edge and a corner case each
CVAT = """<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>1.1</version>
  <meta><task><labels>
    <label><name>mouse</name><color>#fa3253</color><type>skeleton</type>
      <attributes></attributes>
      <svg>&lt;line x1="1" y1="2" data-type="edge" data-node-from="1"
        data-node-to="2"&gt;&lt;/line&gt;
        &lt;circle r="1" data-type="element node" data-element-id="1"
        data-node-id="1" data-label-name="nose"&gt;&lt;/circle&gt;
        &lt;circle r="1" data-type="element node" data-element-id="2"
        data-node-id="2" data-label-name="tail"&gt;&lt;/circle&gt;</svg>
    </label>
    <label><name>nose</name><type>points</type><parent>mouse</parent></label>
    <label><name>tail</name><type>points</type><parent>mouse</parent></label>
  </labels></task></meta>
  <image id="0" name="a/cage 001.png" width="96" height="64">
    <skeleton label="mouse" source="manual" z_order="0">
      <points label="tail" source="manual" outside="0" occluded="1"
        points="30.50,40.25"></points>
      <points label="nose" source="manual" outside="0" occluded="0"
        points="10.00,20.00"></points>
    </skeleton>
    <skeleton label="mouse" source="manual" z_order="1">
      <points label="nose" outside="1" occluded="0" points="1,1"></points>
      <points label="tail" outside="0" occluded="0" points="7,8"></points>
    </skeleton>
    <box label="cage" xtl="0" ytl="0" xbr="9" ybr="9" occluded="0"></box>
    <tag label="good" source="manual"></tag>
  </image>
  <image id="1" name="a/cage 002.png" width="96" height="64"></image>
</annotations>
"""


def write_cvat(root, text=CVAT):
    make_content(root / 'images' / 'a', (1, 1))
    (root / 'annotations.xml').write_text(text)
    return root / 'annotations.xml'


def test_skeletons_of_cvat(tmp_path):
    lines = import_labels(write_cvat(tmp_path), tmp_path / 'out')
    content = read_result(tmp_path / 'out')
    assert [a['keypoints'] for a in content['annotations']] == [
        [10, 20, 2, 30.5, 40.25, 1],
        [0, 0, 0, 7, 8, 2],
    ]
    (category,) = content['categories']
    assert category['keypoints'] == ['nose', 'tail']
    assert category['skeleton'] == [[1, 2]]
    assert [i['file_name'] for i in content['images']] == ['cage 001.png']
    assert lines[0] == (
        'cvat: 0 videos, 1 images, 2 people, 3 keypoints labelled, 1 of them '
        'hidden, 0 individuals'
    )
    assert 'left out: 1 shapes of the kind box' in lines
    assert any(
        line.startswith('left out: 1 images on which nobody') for line in lines
    )


def test_empty_images_of_cvat_are_kept_if_asked(tmp_path):
    options = ImportOptions(keep_empty=True)
    import_labels(write_cvat(tmp_path), tmp_path / 'out', options)
    assert len(read_result(tmp_path / 'out')['images']) == 2


def test_points_of_cvat(tmp_path):
    shape = '<points label="rat" points="1.5,2;3,4" occluded="{}"></points>'
    text = CVAT.replace('<tag label="good" source="manual"></tag>', shape)
    file = write_cvat(tmp_path, text.format(1))
    with pytest.raises(ValueError, match=r"\['mouse', 'rat'\]; choose one"):
        import_labels(file, tmp_path / 'out')
    import_labels(file, tmp_path / 'out', ImportOptions(skeleton='rat'))
    (person,) = read_result(tmp_path / 'out')['annotations']
    assert person['keypoints'] == [1.5, 2, 1, 3, 4, 1]
    more = text.format(0).replace(
        '<image id="1"',
        '<image id="2" name="x" width="1" height="1">'
        '<points label="rat" points="1,1;2,2;3,3"></points></image>'
        '<image id="1"',
    )
    with pytest.raises(ValueError, match="image 'x': a shape 'rat' has 3"):
        read_cvat(write_cvat(tmp_path, more))


@pytest.mark.parametrize('suffix', ['.PNG', '.png', '.Jpg'])
def test_frames_of_cvat_have_no_suffix(tmp_path, suffix):
    # of a task that was made of a video
    text = CVAT.replace('a/cage 001.png', 'frame_000000')
    file = write_cvat(tmp_path, text)
    images = tmp_path / 'images'
    (images / 'a/cage 001.png').rename(images / f'frame_000000{suffix}')
    (images / 'frame_000000.txt').write_text('no image')
    import_labels(file, tmp_path / 'out')
    (image,) = read_result(tmp_path / 'out')['images']
    assert image['file_name'] == f'frame_000000{suffix}'
    (images / 'frame_000000.tif').touch()
    with pytest.raises(ValueError, match=r"'frame_000000': it may be any of"):
        read_cvat(file)
    # what has this very name is it
    (images / 'frame_000000').touch()
    assert read_cvat(file).images[0].source == str(images / 'frame_000000')


def test_missing_frames_of_cvat_are_named(tmp_path):
    file = write_cvat(tmp_path, CVAT.replace('cage 001.png', 'frame_000000'))
    with pytest.raises(FileNotFoundError, match=r"1 of 1.*a/frame_000000'"):
        import_labels(file, tmp_path / 'out')


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        (('<version>', '<track id="0"></track><version>'), 'for video'),
        (('</meta>', ''), 'is broken'),
        (
            ('points="7,8"', 'points="7"'),
            "image 'a/cage 001.png': `points` of 'tail' are '7', not x,y",
        ),
        (('points="7,8"', 'points=""'), "`points` of 'tail' are '', not"),
        (('points="7,8"', ''), "the attribute 'points' is missing"),
        (
            ('name="a/cage 001.png" width="96"', 'name="a/cage 001.png"'),
            "image 'a/cage 001.png': the attribute 'width' is missing",
        ),
        (('points="7,8"', 'points="nan,8"'), 'are not finite'),
        (('label="tail" outside="0"', 'label="ear"'), "no keypoint 'ear'"),
    ],
)
def test_what_cvat_does_not_write_is_refused(tmp_path, change, message):
    text = CVAT.replace(*change)
    assert text != CVAT
    with pytest.raises(ValueError, match=message):
        read_cvat(write_cvat(tmp_path, text))


@pytest.mark.parametrize(
    'kind',
    [
        '<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;&b;&b;">]>',
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE a SYSTEM "http://localhost/a.dtd">',
    ],
)
def test_entities_are_refused(tmp_path, kind):
    file = tmp_path / 'a.xml'
    file.write_text(f'<?xml version="1.0"?>{kind}<a>&b;</a>')
    with pytest.raises(ValueError, match='document type'):
        parse_xml(file)
