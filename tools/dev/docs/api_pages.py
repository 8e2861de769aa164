"""Pages of the Python reference: what each room of the package offers."""

from __future__ import annotations

import importlib

PACKAGE = 'higherhrnet_plugin'
# rooms in the order of the site, and what to say above each
ROOMS = {
    'inference': 'People on images, from Python.',
    'runtime': 'People by exported files, without torch.',
    'export': 'Networks as files for other runtimes.',
    'codecs': 'Targets for training; people from maps.',
    'models': 'Head, losses and estimator.',
    'datasets': 'Data sets, transforms and samplers.',
    'evaluation': 'Metrics.',
    'engine': 'Hooks of the Runner, and mixed precision on a CPU.',
    'analysis': 'What a report and a look at a data set know.',
    'checkpoints': 'Weights of every origin.',
}
# has no names of its own, so that each module needs only its own libraries
STRUCTURES = {
    'people': ('People',),
    'oks': ('oks_matrix', 'keypoint_similarity', 'match_people'),
    'boxes': ('keypoint_boxes',),
    'geometry': ('Placement', 'place_image'),
    'metainfo': (
        'parse_metainfo',
        'ordered_names',
        'keypoint_settings',
        'torso_outwards',
    ),
    'sizes': ('parse_size', 'size_ratio'),
    'annotated_people': ('AnnotatedPeople', 'annotated_people'),
}


def public_names(room: str) -> list[str]:
    """List what a room offers.

    Args:
        room (str): Name of a package below ``higherhrnet_plugin``.

    Returns:
        list[str]: dotted names.
    """
    if room == 'structures':
        return [
            f'{PACKAGE}.structures.{module}.{name}'
            for module, names in STRUCTURES.items()
            for name in names
        ]
    package = importlib.import_module(f'{PACKAGE}.{room}')
    return [f'{PACKAGE}.{room}.{name}' for name in package.__all__]


def api_pages() -> dict[str, str]:
    """Make the pages.

    Returns:
        dict[str, str]: Markdown by the path of the page.
    """
    about = {
        **ROOMS,
        'structures': 'What all others speak of; import it by module.',
    }
    pages = {}
    for room, sentence in about.items():
        blocks = [f'# {PACKAGE}.{room}', sentence]
        blocks += [f'::: {name}' for name in public_names(room)]
        pages[f'api/{room}.md'] = '\n\n'.join(blocks) + '\n'
    return pages
