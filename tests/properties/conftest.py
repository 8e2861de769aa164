"""How many examples are tried: 200, or with HIGHERHRNET_EXAMPLES=N others."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    'suite',
    max_examples=int(os.environ.get('HIGHERHRNET_EXAMPLES', '200')),
    deadline=None,
    derandomize='HIGHERHRNET_EXAMPLES' not in os.environ,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
    ],
)
settings.load_profile('suite')
