"""What hypothesis sends in place of a record: any JSON, with names of ours and others."""

from hypothesis import strategies as st

from app.tasks.registry import TASKS

NESTED = (
    *("fixation", "image", "mask", "response", "name", "ms"),
    *("keystrokes", "first_key_ms", "last_key_ms", "pastes", "how"),
)
OTHERS = ("entry", "further", "flags", "constructor", "__proto__", "window_width_px", "\0", "\ud800")
TEXT = st.text(st.characters(codec=None), max_size=300) | st.sampled_from(["\0", "\ud800", "1.0", "boom"])
NUMBERS = st.floats() | st.integers(-(10**30), 10**30) | st.sampled_from([10**400, 2**31, 2**63, -0.0])
SCALARS = st.none() | st.booleans() | NUMBERS | TEXT
OURS = {field for task in TASKS.values() for field in task.record.model_fields}
NAMES = st.sampled_from(sorted({*OURS, *NESTED, *OTHERS})) | TEXT
ANY_JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=8),
    max_leaves=20,
)
ANY_RECORD = st.dictionaries(NAMES, ANY_JSON, max_size=12) | ANY_JSON
